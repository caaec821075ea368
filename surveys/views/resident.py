"""The pages of a voting household: code, question, receipt. No account, no session, no cookie, no script (docs/adr/0008)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from accounts.throttling import client_address
from common import qr
from common.errors import InvalidInput
from common.templatetags.ui import moment
from common.text import storable
from common.views import PublicView
from surveys import queries
from surveys.choices import RoundState
from surveys.codes import RECEIPT_LENGTH, device_digest, is_code, spoken, typed
from surveys.errors import AnswersMissing, CodeRefused, ObjectionRefused, RoundClosed, TooManyTries
from surveys.models import Round
from surveys.operations.ballots import Cast, Door, cast_by_phone, door_of_code, require_open
from surveys.operations.objections import raise_objection
from surveys.receipts import RECEIPT_FRAMES, TOKENS, keep_frame
from surveys.throttling import count_wrong_code, require_patience
from surveys.voting import asked, face_of_door, face_of_round, household_words

FOREVER = "public, max-age=31536000, immutable"
KEPT_FIELDS = 60  # of a form that waits: more than any questionnaire has
NO_LETTERS_OF_OURS = str.maketrans("", "", "\x00")


@method_decorator(csrf_exempt, name="dispatch")
class VotePage(PublicView):
    """A page whose right is in the form itself: the household's code. Whatever is remembered stands in address and form."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Chinese unless the address asks for English; never kept; its address, which may hold a code, told to nobody."""
        language = "en" if request.GET.get("lang") == "en" else "zh-hans"
        with translation.override(language):
            response = super().dispatch(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["Content-Language"] = language
        return response

    def page(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        """Rendered without the request: no context processor runs, no user is looked up."""
        elder, english = self.request.GET.get("elder") == "1", self.request.GET.get("lang") == "en"
        more = {
            "elder": elder,
            "english": english,
            "here": _query(elder=elder, english=english),
            "other_size": _query(elder=not elder, english=english),
            "other_language": _query(elder=elder, english=not english),
        }
        return HttpResponse(render_to_string(f"surveys/{template}.html", {**more, **context}), status=status)

    def query(self) -> str:
        """What the address carries along: large type and language."""
        return _query(elder=self.request.GET.get("elder") == "1", english=self.request.GET.get("lang") == "en")

    def code_page(self, round_: Round, *, code: str = "", fault: str = "", status: int = 200) -> HttpResponse:
        """Step 1, or what there is to say of a round that takes no ballots now, whatever the code."""
        face = face_of_round(round_)
        now = timezone.now()
        if round_.state == RoundState.OPEN and round_.opens_at <= now < round_.closes_at:
            return self.page("vote", {"face": face, "code": code, "fault": fault}, status)
        if round_.state == RoundState.CANCELLED:
            stage = "cancelled"
        else:
            stage = "before" if round_.state == RoundState.ANNOUNCED or now < round_.opens_at else "over"
        return self.page("vote_closed", {"face": face, "stage": stage, "reason": round_.reason}, 200 if status == 200 else 409)

    def unknown(self) -> HttpResponse:
        """No such round: the form that finds it."""
        return self.page("vote_find", {"unknown": True}, 404)

    def refused(self, error: CodeRefused | RoundClosed, code: str, household: str) -> HttpResponse:
        """The answer to a code that opens nothing: the same for wrong, foreign, ended and expired ones."""
        round_ = queries.round_by_code(code)
        if round_ is None:
            return self.unknown()
        if isinstance(error, CodeRefused) and is_code(typed(household)):  # what has not the form of a code guesses nothing
            count_wrong_code(client_address(self.request), round_, timezone.now())
        return self.code_page(round_, code=household[:20], fault=error.message, status=error.status)

    def question_page(
        self, door: Door, code: str, *, posted: Callable[[str], list[str]], faults: Mapping[str, str] | None = None
    ) -> HttpResponse:
        """Step 2: the questions. A ballot cast before is mentioned with its time, never with its content."""
        context = {
            "face": face_of_door(door),
            "home": household_words(door.building, door.unit, door.door),
            "questions": asked(door.questions, posted, faults),
            "faults": bool(faults),
            "code": code,
            "key": uuid.uuid4(),
            "voted_at": queries.cast_moment(door.ballot_id) if door.ballot_id else None,
            "again_form": "vote",
            "again_action": reverse("surveys:vote-question", args=[door.code]),
        }
        return self.page("vote_question", context, 422 if faults else 200)

    def receipt_page(self, cast: Cast, code: str) -> HttpResponse:
        """The receipt: that the household has voted, when, and its number; not what."""
        door, query = cast.at_door, self.query()
        is_open = door.state == RoundState.OPEN and timezone.now() < door.closes_at
        key = (door.round_id, door.closes_at, door.contact, door.state, is_open, cast.replaced, query)
        frame = RECEIPT_FRAMES.get(key)
        if frame is None:
            context = {
                **TOKENS,
                "face": face_of_door(door),
                "open": is_open,
                "replaced": cast.replaced,
                "again_form": "again",
                "again_action": reverse("surveys:ballot-cast", args=[door.code]),
            }
            frame = self.page("vote_receipt", context).content.decode()
            keep_frame(key, frame)
        values = {
            "home": household_words(door.building, door.unit, door.door),
            "when": moment(cast.cast_at),
            "receipt": cast.receipt,
            "spoken": spoken(cast.receipt),
            "code": code,
        }
        for name, value in values.items():
            frame = frame.replace(TOKENS[name], escape(value))
        return HttpResponse(frame)

    def waiting(self, error: TooManyTries) -> HttpResponse:
        """Too many wrong codes from here. What was filled in is kept in the page, to be sent again."""
        kept = [(name, value) for name, values in self.request.POST.lists() for value in values][:KEPT_FIELDS]
        context = {"said": error.message, "kept": kept, "again_form": "again", "again_action": self.request.path}
        response = self.page("vote_wait", context, error.status)
        response.headers["Retry-After"] = str(error.details["seconds"])
        return response


def _query(*, elder: bool, english: bool) -> str:
    parts = [*(["elder=1"] if elder else []), *(["lang=en"] if english else [])]
    return f"?{'&'.join(parts)}" if parts else ""


def _chosen(request: HttpRequest) -> Callable[[str], list[str]]:
    """The answers of the form; what no database can hold is left out."""
    return lambda code: [value for value in request.POST.getlist(code) if storable(value)]


def _key(text: str) -> uuid.UUID:
    """The form's key; where it came back mutilated, the same text gives the same key."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_URL, text[:100])


class Vote(VotePage):
    """Step 1 of 2: the household's code; from its slip's QR code it is filled in."""

    def get(self, request: HttpRequest, code: str, slip: str = "") -> HttpResponse:
        """The slip's code is not looked at here: the page is the same for every code."""
        round_ = queries.round_by_code(code)
        if round_ is None:
            return self.unknown()
        narrowed = typed(slip)
        return self.code_page(round_, code=spoken(narrowed) if is_code(narrowed) else "")


class AskQuestion(VotePage):
    """Step 2 of 2: the questions, for the household whose code was sent."""

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Opened again from the history: back to step 1."""
        return HttpResponseRedirect(reverse("surveys:vote", args=[code]) + self.query())

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """A wrong code gets one and the same answer, whatever is wrong with it."""
        now, address, household = timezone.now(), client_address(request), request.POST.get("code", "")
        try:
            require_patience(address, now)
            door = door_of_code(code.upper(), household)
            require_open(door, now)
        except TooManyTries as error:
            return self.waiting(error)
        except (CodeRefused, RoundClosed) as error:
            return self.refused(error, code, household)
        return self.question_page(door, household, posted=_chosen(request))


class CastBallot(VotePage):
    """The ballot; its answer is the receipt itself, which the form's key makes safe to ask for again."""

    def get(self, request: HttpRequest, code: str) -> HttpResponseBase:
        """Opened again from the history: back to step 1."""
        return HttpResponseRedirect(reverse("surveys:vote", args=[code]) + self.query())

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """Cast and show the receipt; with `receipt` instead of answers, show that receipt again in other type or language."""
        now, address = timezone.now(), client_address(request)
        household, posted = request.POST.get("code", ""), _chosen(request)
        try:
            require_patience(address, now)
            if "receipt" in request.POST:
                return self.receipt_page(_kept_receipt(code, household, request.POST["receipt"]), household)
            cast = cast_by_phone(
                round_code=code.upper(), code=household, key=_key(request.POST.get("key", "")), posted=posted,
                device=device_digest(address, request.headers.get("User-Agent", "")), at=now,
            )  # fmt: skip
        except TooManyTries as error:
            return self.waiting(error)
        except AnswersMissing as error:
            return self.question_page(door_of_code(code.upper(), household), household, posted=posted, faults=error.details)
        except (CodeRefused, RoundClosed) as error:
            return self.refused(error, code, household)
        return self.receipt_page(cast, household)


def _kept_receipt(code: str, household: str, receipt: str) -> Cast:
    """The receipt of a ballot of the household itself. Raises CodeRefused for any other."""
    door = door_of_code(code.upper(), household)
    found = queries.own_ballot(door.entry_id, typed(receipt))
    if found is None:
        raise CodeRefused(_("This code is not valid or no longer in use."))
    return Cast(found.pk, found.receipt, found.cast_at, door, again=True)


class FindRound(VotePage):
    """For who has a slip but no address: the community's name and the code, or a choice among communities that vote now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """`q`: words of the name, or its pinyin."""
        words = request.GET.get("q", "").translate(NO_LETTERS_OF_OURS)[:80].strip()
        return self.page("vote_find", {"words": words, "rounds": queries.open_rounds(words) if words else None})

    def post(self, request: HttpRequest) -> HttpResponse:
        """The code is looked for in the rounds of the communities that the name fits; then on to the questions."""
        now, address = timezone.now(), client_address(request)
        words, household = request.POST.get("q", "").translate(NO_LETTERS_OF_OURS)[:80].strip(), request.POST.get("code", "")
        rounds = queries.open_rounds(words) if words else []
        if not typed(household) or not rounds:
            return self.page("vote_find", {"words": words, "rounds": rounds if words else None, "nameless": not words}, 422)
        try:
            require_patience(address, now)
            door = door_of_code(queries.round_of_code(rounds, household), household)
            require_open(door, now)
        except TooManyTries as error:
            return self.waiting(error)
        except CodeRefused as error:
            count_wrong_code(address, rounds[0], now)
            context = {"words": words, "rounds": rounds, "code": household[:20], "fault": error.message}
            return self.page("vote_find", context, error.status)
        except RoundClosed as error:
            return self.page("vote_find", {"words": words, "rounds": rounds, "fault": error.message}, error.status)
        return self.question_page(door, household, posted=_chosen(request))


class RaiseObjection(VotePage):
    """ "This was not us": with the household's code, from the closing to the end of the period; the gate waits."""

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        """The form, or why there is none now."""
        round_ = queries.round_by_code(code)
        return self.unknown() if round_ is None else self._form(round_)

    def post(self, request: HttpRequest, code: str) -> HttpResponse:
        """The same words sent again are the same objection. Codes are throttled as in voting."""
        round_ = queries.round_by_code(code)
        if round_ is None:
            return self.unknown()
        now, address = timezone.now(), client_address(request)
        household, text = request.POST.get("code", ""), request.POST.get("text", "")
        try:
            require_patience(address, now)
            given = raise_objection(round_code=round_.code, code=household, text=text if storable(text) else "", at=now)
        except TooManyTries as error:
            return self.waiting(error)
        except CodeRefused as error:
            count_wrong_code(address, round_, now)
            return self._form(round_, household, text, {"code": error.message}, error.status)
        except InvalidInput as error:
            return self._form(round_, household, text, error.details, 422)
        except ObjectionRefused as error:
            return self._form(round_, household, text, {"round": error.message}, error.status)
        return self.page("vote_objection", {"face": face_of_round(round_), "given": given, "round": round_})

    def _form(
        self, round_: Round, household: str = "", text: str = "", faults: Mapping[str, str] | None = None, status: int = 200
    ) -> HttpResponse:
        until = round_.objections_until
        context = {
            "face": face_of_round(round_),
            "round": round_,
            "until": until,
            "open": until is not None and timezone.now() < until,
            "code": household[:20],
            "text": text[:1000],
            "faults": faults or {},
        }
        return self.page("vote_objection", context, status)


class ReceiptQR(VotePage):
    """A receipt's QR code, a request of its own that every browser keeps: the address at which the receipt is found."""

    def get(self, request: HttpRequest, receipt: str) -> HttpResponse:
        """404 for a receipt that was not given."""
        narrowed = typed(receipt)
        code = queries.round_of_receipt(narrowed) if is_code(narrowed, RECEIPT_LENGTH) else None
        if code is None:
            return HttpResponse(status=404)
        address = request.build_absolute_uri(reverse("surveys:result", args=[code]))
        picture = qr.svg(f"{address}?receipt={narrowed}")
        return HttpResponse(picture, content_type="image/svg+xml", headers={"Cache-Control": FOREVER})
