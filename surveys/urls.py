"""Addresses of rounds (namespace "surveys"): one list for each audience."""

from django.urls import path

from surveys.views import answers as answer_views
from surveys.views import bulk, checks, drafting, papers, preview, public, resident, roll, sheets, steps
from surveys.views import entering as at_door
from surveys.views import staff as desk

staff = [
    path("rounds/", desk.RoundList.as_view(), name="list"),
    path("rounds/new/", drafting.RoundCreate.as_view(), name="create"),
    path("rounds/bulk/", bulk.BulkPage.as_view(), name="bulk"),
    path("rounds/bulk/announce/", bulk.AnnounceTicked.as_view(), name="announce-ticked"),
    path("rounds/bulk/<int:pk>/", bulk.BatchPage.as_view(), name="batch"),
    path("rounds/<int:pk>/", desk.RoundDetail.as_view(), name="detail"),
    path("rounds/<int:pk>/live/", desk.RoundLive.as_view(), name="live"),
    path("rounds/<int:pk>/recount/", desk.RoundRecount.as_view(), name="recount"),
    path("rounds/<int:pk>/roll/", roll.RollPage.as_view(), name="roll"),
    path("rounds/<int:pk>/roll/add/", roll.RollAdd.as_view(), name="roll-add"),
    path("rounds/<int:pk>/roll/<int:entry>/", roll.RollCorrect.as_view(), name="roll-correct"),
    path("rounds/<int:pk>/notice.pdf", papers.NoticePdf.as_view(), name="notice-pdf"),
    path("rounds/<int:pk>/slips.pdf", papers.SlipsPdf.as_view(), name="slips-pdf"),
    path("rounds/<int:pk>/result.pdf", papers.ResultPdf.as_view(), name="result-pdf"),
    path("rounds/<int:pk>/edit/", drafting.RoundEdit.as_view(), name="edit"),
    path("rounds/<int:pk>/preview/", preview.RoundPreview.as_view(), name="preview"),
    path("rounds/<int:pk>/announce/", steps.RoundAnnounce.as_view(), name="announce"),
    path("rounds/<int:pk>/unannounce/", steps.RoundUnannounce.as_view(), name="unannounce"),
    path("rounds/<int:pk>/extend/", steps.RoundExtend.as_view(), name="extend"),
    path("rounds/<int:pk>/cancel/", steps.RoundCancel.as_view(), name="cancel"),
]
resident_urls = [
    path("v/", resident.FindRound.as_view(), name="find"),
    path("v/receipt/<str:receipt>.svg", resident.ReceiptQR.as_view(), name="receipt-qr"),
    path("v/<str:code>/", resident.Vote.as_view(), name="vote"),
    path("v/<str:code>/c/<str:slip>/", resident.Vote.as_view(), name="vote-slip"),
    path("v/<str:code>/question/", resident.AskQuestion.as_view(), name="vote-question"),
    path("v/<str:code>/cast/", resident.CastBallot.as_view(), name="ballot-cast"),
    path("v/<str:code>/objection/", resident.RaiseObjection.as_view(), name="objection"),
]
public_urls = [
    path("results/", public.ResultList.as_view(), name="results"),
    path("results/about/", public.Proof.as_view(), name="proof"),
    path("results/verify_result.py", public.Verifier.as_view(), name="verifier"),
    path("results/<str:code>/", public.Result.as_view(), name="result"),
    path("results/<str:code>/ballots.txt", public.BallotFile.as_view(), name="ballot-file"),
    path("results/<str:code>/roll.csv", public.RollFile.as_view(), name="roll-file"),
]
entering = [
    path("rounds/<int:pk>/missing/", at_door.MissingHouseholds.as_view(), name="missing"),
    path("rounds/<int:pk>/door/<int:entry>/", at_door.DoorPage.as_view(), name="door"),
    path("rounds/<int:pk>/visit/<int:entry>/", at_door.VisitAdd.as_view(), name="visit"),
    path("rounds/<int:pk>/code/<int:entry>/", at_door.NewCode.as_view(), name="new-code"),
    path("rounds/<int:pk>/sheets/", sheets.SheetList.as_view(), name="sheets"),
    path("rounds/<int:pk>/sheets/new/", sheets.SheetNew.as_view(), name="sheet-new"),
    path("rounds/<int:pk>/sheets/<int:paper>/", sheets.SheetPage.as_view(), name="sheet"),
    path("rounds/<int:pk>/sheets/<int:paper>/void/", sheets.SheetVoid.as_view(), name="sheet-void"),
    path("rounds/<int:pk>/sheets/<int:paper>/photo/", sheets.SheetPhoto.as_view(), name="sheet-photo"),
    path("rounds/<int:pk>/sheets/<int:paper>/document/", sheets.SheetDocument.as_view(), name="sheet-document"),
    path("rounds/<int:pk>/ballots/<int:ballot>/document/", sheets.BallotDocument.as_view(), name="ballot-document"),
    path("rounds/<int:pk>/call-backs/", checks.CallBackList.as_view(), name="call-backs"),
    path("rounds/<int:pk>/call-backs/<int:call>/", checks.CallBackPage.as_view(), name="call-back"),
    path("rounds/<int:pk>/reviews/", checks.ReviewList.as_view(), name="reviews"),
    path("rounds/<int:pk>/reviews/<int:review>/", checks.ReviewPage.as_view(), name="review"),
    path("rounds/<int:pk>/objections/", checks.ObjectionList.as_view(), name="objections"),
    path("rounds/<int:pk>/objections/<int:objection>/", checks.ObjectionPage.as_view(), name="objection-decide"),
]
answers = [
    path("rounds/<int:pk>/answers/", answer_views.AnswersPage.as_view(), name="answers"),
]
urlpatterns = [*resident_urls, *public_urls, *staff, *entering, *answers]
