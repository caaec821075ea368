"""Addresses of accounts: one's own under accounts/, the people of an area under people/."""

from django.urls import path

from accounts.views import manage, own, people, session

app_name = "accounts"
urlpatterns = [
    path("accounts/login/", session.SignIn.as_view(), name="login"),
    path("accounts/logout/", session.SignOut.as_view(), name="logout"),
    path("accounts/", own.Profile.as_view(), name="profile"),
    path("accounts/password/", own.PasswordChange.as_view(), name="password-change"),
    path("accounts/second-factor/", own.SecondFactor.as_view(), name="second-factor"),
    path("accounts/second-factor/check/", own.SecondFactorCheck.as_view(), name="second-factor-check"),
    path("accounts/second-factor/codes/", own.RecoveryCodes.as_view(), name="recovery-codes"),
    path("accounts/second-factor/remove/", own.SecondFactorRemove.as_view(), name="second-factor-remove"),
    path("accounts/tokens/new/", own.TokenIssue.as_view(), name="token-issue"),
    path("accounts/tokens/<int:pk>/revoke/", own.TokenRevoke.as_view(), name="token-revoke"),
    path("accounts/permissions/", people.Permissions.as_view(), name="permissions"),
    path("people/", people.PeopleList.as_view(), name="list"),
    path("people/new/", manage.PersonCreate.as_view(), name="create"),
    path("people/<int:pk>/", people.PersonDetail.as_view(), name="detail"),
    path("people/<int:pk>/posts/new/", manage.PostGive.as_view(), name="post-give"),
    path("people/<int:pk>/posts/<int:post_pk>/end/", manage.PostEnd.as_view(), name="post-end"),
    path("people/<int:pk>/close/", manage.AccountClose.as_view(), name="close"),
    path("people/<int:pk>/reopen/", manage.AccountReopen.as_view(), name="reopen"),
    path("people/<int:pk>/password/", manage.PasswordReset.as_view(), name="password-reset"),
    path("people/<int:pk>/second-factor/", manage.SecondFactorLost.as_view(), name="second-factor-lost"),
    path("people/<int:pk>/tokens/<int:token_pk>/revoke/", manage.PersonTokenRevoke.as_view(), name="person-token-revoke"),
]
