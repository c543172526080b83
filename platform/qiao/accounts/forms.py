"""Forms of accounts."""

from django import forms


class SignupForm(forms.Form):
    """Asked in addition when somebody signs up."""

    def signup(self, request: object, user: object) -> None:
        """Called by allauth with the new person."""
