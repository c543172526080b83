"""Addresses of proposals, introductions and collaborations."""

from django.urls import path

from qiao.api.views import introductions, proposals

_PROPOSAL = "bridges/<slug:bridge>/proposals/<slug:public_id>/"
_INTRODUCTIONS = "bridges/<slug:bridge>/introductions/"
_ONE = f"{_INTRODUCTIONS}<slug:public_id>/"
_MILESTONE = f"{_ONE}milestones/<slug:milestone>/"

urlpatterns = [
    path("bridges/<slug:bridge>/proposals/", proposals.ProposalList.as_view(), name="proposal_list"),
    path(_PROPOSAL, proposals.OneProposal.as_view(), name="proposal"),
    path(f"{_PROPOSAL}response/", proposals.ProposalResponse.as_view(), name="proposal_response"),
    path(f"{_PROPOSAL}mark/", proposals.ProposalMarking.as_view(), name="proposal_mark"),
    path(_INTRODUCTIONS, introductions.IntroductionList.as_view(), name="introduction_list"),
    path(_ONE, introductions.OneIntroduction.as_view(), name="introduction"),
    path(f"{_ONE}act/", introductions.IntroductionAct.as_view(), name="introduction_act"),
    path(f"{_ONE}messages/", introductions.MessageList.as_view(), name="message_list"),
    path(f"{_ONE}milestones/", introductions.MilestoneList.as_view(), name="milestone_list"),
    path(_MILESTONE, introductions.OneMilestone.as_view(), name="milestone"),
    path(f"{_MILESTONE}act/", introductions.MilestoneAct.as_view(), name="milestone_act"),
]
