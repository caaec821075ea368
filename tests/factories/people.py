"""Users with a post."""

from itertools import count

from accounts.models import Post, User
from regions.models import Region

PASSWORD = "A-Good-Pass-2021"
_number = count(1)


def make_user(role: str, region_code: str, *, username: str = "", department: str = "", **more: object) -> User:
    """A user whose one post is `role` in the region."""
    user = User(username=username or f"{role}-{region_code}-{next(_number)}", name=role, **more)
    user.set_password(PASSWORD)
    user.save()
    Post.objects.create(user=user, role=role, region=Region.objects.get(code=region_code), department=department)
    return user
