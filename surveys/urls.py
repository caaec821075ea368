"""Addresses of rounds, one list for each audience."""

from django.urls import path

from surveys.views import answers as answer_views

answers = [
    path("rounds/<int:pk>/answers/", answer_views.AnswersPage.as_view(), name="answers"),
]
urlpatterns = [*answers]
