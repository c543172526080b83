"""Addresses of introductions: requests, conversations, milestones, and the follow-up from an e-mail."""

from django.urls import path

from qiao.website.views import (
    introductions,
    introductions_answers,
    introductions_conversation,
    introductions_endorsement,
    introductions_follow_up,
    introductions_milestones,
)

_ONE = "<slug:bridge>/introductions/<slug:public_id>/"

urlpatterns = [
    path("follow-up/<str:token>/", introductions_follow_up.follow_up, name="follow_up"),
    path("<slug:bridge>/introductions/", introductions.introduction_list, name="introduction_list"),
    path(_ONE, introductions.introduction, name="introduction"),
    path(f"{_ONE}answer/", introductions_answers.introduction_answer, name="introduction_answer"),
    path(f"{_ONE}close/", introductions_answers.introduction_close, name="introduction_close"),
    path(f"{_ONE}reopen/", introductions_answers.introduction_reopen, name="introduction_reopen"),
    path(f"{_ONE}messages/", introductions_conversation.introduction_messages, name="introduction_messages"),
    path(f"{_ONE}question/", introductions_conversation.introduction_question, name="introduction_question"),
    path(
        f"{_ONE}messages/<slug:message>/retract/",
        introductions_conversation.introduction_retract,
        name="introduction_retract",
    ),
    path(f"{_ONE}files/<slug:document>/", introductions_conversation.introduction_file, name="introduction_file"),
    path(f"{_ONE}notes/", introductions_conversation.introduction_note, name="introduction_note"),
    path(f"{_ONE}notes/<slug:note>/", introductions_conversation.introduction_note, name="introduction_note_change"),
    path(f"{_ONE}next-step/", introductions_conversation.introduction_next_step, name="introduction_next_step"),
    path(f"{_ONE}contact/", introductions_conversation.introduction_contact, name="introduction_contact"),
    path(
        f"{_ONE}milestones/<slug:milestone>/",
        introductions_milestones.introduction_milestone_act,
        name="introduction_milestone_act",
    ),
    path(f"{_ONE}endorse/", introductions_endorsement.introduction_endorse, name="introduction_endorse"),
    path(f"{_ONE}record/<slug:stage>/", introductions_milestones.introduction_milestone, name="introduction_milestone"),
]
