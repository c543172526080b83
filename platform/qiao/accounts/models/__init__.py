"""People who sign in, and the keys by which programs act for them."""

from qiao.accounts.models.key import ApiAnswer, ApiKey
from qiao.accounts.models.user import User, UserManager

__all__ = ["ApiAnswer", "ApiKey", "User", "UserManager"]
