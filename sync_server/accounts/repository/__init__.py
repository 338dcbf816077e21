"""Rows of accounts, of sign-ins and of the ways in."""

from sync_server.accounts.repository.accounts import AccountRepository, Asking, UserFilter
from sync_server.accounts.repository.profiles import ProfileQuery
from sync_server.accounts.repository.ways_in import WaysInRepository

__all__ = ["AccountRepository", "Asking", "ProfileQuery", "UserFilter", "WaysInRepository"]
