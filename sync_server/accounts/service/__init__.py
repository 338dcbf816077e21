"""What other features may ask of accounts."""

from sync_server.accounts.ports import Creations, Entitlements
from sync_server.accounts.service.accounts import AccountRecord, Accounts
from sync_server.accounts.service.administration import Administration
from sync_server.accounts.service.api_keys import ApiKeys
from sync_server.accounts.service.authenticator import Owner, OwnerAuthenticator, TokenAuthenticator
from sync_server.accounts.service.avatars import Avatars
from sync_server.accounts.service.connections import Connections
from sync_server.accounts.service.deletion import Deletion
from sync_server.accounts.service.mails import AccountMails
from sync_server.accounts.service.one_time_tokens import OneTimeTokens
from sync_server.accounts.service.people import People, Person
from sync_server.accounts.service.profiles import Profiles
from sync_server.accounts.service.registration import NewAccount, Registration
from sync_server.accounts.service.sessions import Client, Sessions
from sync_server.accounts.service.sign_in import SignIn
from sync_server.accounts.service.sign_in_codes import SignedInBy, SignInCodes
from sync_server.accounts.service.two_factor import TwoFactor
from sync_server.accounts.service.usage import Usage

__all__ = [
    "AccountMails",
    "AccountRecord",
    "Accounts",
    "Administration",
    "ApiKeys",
    "Avatars",
    "Client",
    "Connections",
    "Creations",
    "Deletion",
    "Entitlements",
    "NewAccount",
    "OneTimeTokens",
    "Owner",
    "OwnerAuthenticator",
    "People",
    "Person",
    "Profiles",
    "Registration",
    "Sessions",
    "SignIn",
    "SignInCodes",
    "SignedInBy",
    "TokenAuthenticator",
    "TwoFactor",
    "Usage",
]
