"""What every call goes through: who calls, whether they may, how much they sent, and what an answer looks like."""
