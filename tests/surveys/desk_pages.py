"""What the tests of the desk's pages share: a signed-in reader, addresses, rows made by the operations at this moment."""

import uuid

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surveys.operations.doorstep import enter_at_door
from surveys.operations.objections import raise_objection
from surveys.operations.paper import key_sheet, register_sheet
from surveys.operations.rounds import close_round
from tests.factories.entering import says
from tests.factories.evidence import picture
from tests.factories.rounds import code_for, let_time_run_out


def page(user):
    client = Client()
    client.force_login(user)
    return client


def address(name, round_, *more):
    return reverse(f"surveys:{name}", args=[round_.pk, *more])


def photo(name="photo.jpg", raw=None):
    return SimpleUploadedFile(name, raw or picture(400, 300), content_type="image/jpeg")


def sheet_of(entry, actor):
    now = timezone.now()
    return register_sheet(round_=entry.round, entry=entry, photo=picture(400, 300), handed_in_at=now, actor=actor, at=now)


def key(sheet, actor, option="yes", number=1, more=""):
    return key_sheet(sheet=sheet, number=number, posted=says(option, more), actor=actor, at=timezone.now())


def at_door(entry, actor, option="yes", **more):
    return enter_at_door(round_=entry.round, entry=entry, posted=says(option), actor=actor, at=timezone.now(), key=uuid.uuid4(), **more)


def objection_to(entry):
    """Close the round now and object."""
    let_time_run_out(entry.round_id)
    close_round(round_=entry.round, at=timezone.now())
    return raise_objection(round_code=entry.round.code, code=code_for(entry), text="这张票不是我家投的", at=timezone.now())
