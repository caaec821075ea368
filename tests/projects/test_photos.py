"""Photos: what is accepted, what is read from them, what is left of them, and how far from the yard they were taken."""

import io
import uuid

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, transaction
from PIL import Image

from common.errors import InvalidInput, NotAllowed
from projects.models import Photo
from projects.operations import PhotoRefused, add_photo
from projects.operations.photos import place_in, thumbnail_name
from tests.factories.evidence import at, picture
from tests.factories.register import make_community
from tests.factories.works import make_planned_project

NOW = at("2021-06-18")
YARD = [[114.459, 36.609], [114.461, 36.609], [114.461, 36.611], [114.459, 36.611]]


@pytest.fixture
def entry(tree):
    return make_planned_project().entries.get()


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def send(entry, actor, raw=None, **more):
    values = {"kind": "start", "client_key": uuid.uuid4(), "raw": picture() if raw is None else raw} | more
    return add_photo(entry=entry, actor=actor, at=NOW, **values)


def test_time_and_position_are_read_for_staff_and_gone_from_the_stored_picture(entry, district_staff):
    photo = send(entry, district_staff, picture(taken="2021:04:28 09:30:00", position=(114.46, 36.61)))
    assert photo.taken_at == at("2021-04-28", "09:30")
    assert (round(photo.longitude, 4), round(photo.latitude, 4), photo.in_yard) == (114.46, 36.61, True)
    for name in (photo.file, thumbnail_name(photo.file)):
        raw = default_storage.open(name).read()
        with Image.open(io.BytesIO(raw)) as stored:
            assert stored.format == "JPEG"
            assert not stored.getexif()
        assert b"SecretPhone" not in raw
        assert b"Exif" not in raw


def test_the_phones_own_position_and_time_win_over_the_cameras(entry, district_staff):
    raw = picture(taken="2021:04:28 09:30:00", position=(114.46, 36.61))
    photo = send(entry, district_staff, raw, longitude=115.0, latitude=36.61, accuracy=6, taken_at=at("2021-05-02"))
    assert (photo.longitude, photo.taken_at, photo.in_yard) == (115.0, at("2021-05-02"), False)
    assert 48_000 < photo.distance < 49_000


def test_without_a_position_a_photo_is_kept_but_proves_nothing(entry, district_staff):
    photo = send(entry, district_staff)
    assert (photo.distance, photo.in_yard, photo.taken_at) == (None, False, NOW)


def test_the_same_key_gives_the_same_photo(entry, district_staff):
    key = uuid.uuid4()
    assert send(entry, district_staff, client_key=key) == send(entry, district_staff, client_key=key)
    assert Photo.objects.count() == 1


def test_a_key_of_another_community_is_refused(entry, district_staff):
    key = uuid.uuid4()
    send(entry, district_staff, client_key=key)
    with pytest.raises(InvalidInput):
        send(make_planned_project().entries.get(), district_staff, client_key=key)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"\xff\xd8\xff\xe0 not a picture",
        b"GIF89a",
        picture()[:2000],
        picture(120, 90),
    ],
    ids=["empty", "svg", "fake jpeg", "gif", "cut off", "tiny"],
)
def test_what_is_no_photo_is_refused_and_leaves_nothing(entry, district_staff, raw):
    with pytest.raises(PhotoRefused):
        send(entry, district_staff, raw)
    assert not Photo.objects.exists()


def test_a_picture_with_too_many_pixels_is_refused_before_it_is_unpacked(entry, district_staff, monkeypatch):
    monkeypatch.setattr("projects.images.MOST_PIXELS", 1000)
    with pytest.raises(PhotoRefused):
        send(entry, district_staff)


def test_a_file_over_the_limit_is_refused(entry, district_staff, settings):
    settings.PHOTO_MAX_BYTES = 100
    with pytest.raises(PhotoRefused):
        send(entry, district_staff)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "HEIF"])
def test_other_formats_become_jpeg(entry, district_staff, form):
    photo = send(entry, district_staff, picture(form=form))
    assert default_storage.open(photo.file).read(3) == b"\xff\xd8\xff"


def test_large_pictures_are_made_smaller_with_a_thumbnail(entry, district_staff):
    photo = send(entry, district_staff, picture(3000, 1500))
    with Image.open(default_storage.open(photo.file)) as large, Image.open(default_storage.open(thumbnail_name(photo.file))) as small:
        assert (large.size, small.size) == ((2560, 1280), (480, 240))


@pytest.mark.parametrize("wrong", [{"kind": "selfie"}, {"longitude": 200.0, "latitude": 10.0}, {"taken_at": at("2021-06-20")}], ids=str)
def test_impossible_values_are_refused(entry, district_staff, wrong):
    with pytest.raises(InvalidInput):
        send(entry, district_staff, **wrong)


@pytest.mark.parametrize("person", ["city_official", "other_district_staff", "auditor", "department_staff"])
def test_only_the_countys_staff_add_photos(entry, person, request):
    with pytest.raises(NotAllowed):
        send(entry, request.getfixturevalue(person))


def test_a_photo_is_never_changed_or_deleted(entry, district_staff):
    photo = send(entry, district_staff)
    for attempt in (lambda: photo.delete(), lambda: Photo.objects.update(in_yard=True)):
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_inside_the_outline_is_in_the_yard_and_outside_is_not(tree):
    community = make_community(outline=YARD)
    assert place_in(community, (114.46, 36.61)) == (0.0, True)
    distance, in_yard = place_in(community, (114.4605, 36.6115))
    assert not in_yard
    assert 50 < distance < 100


def test_without_an_outline_the_radius_decides(tree, settings):
    settings.PHOTO_RADIUS_METRES = 300
    community = make_community()
    assert place_in(community, (114.46, 36.6126))[1] is True
    assert place_in(community, (114.46, 36.6128))[1] is False


def test_a_community_without_any_position_proves_nothing(tree):
    assert place_in(make_community(longitude=None, latitude=None), (114.46, 36.61)) == (None, False)
