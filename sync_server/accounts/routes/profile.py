"""/users/me: profile, name, settings."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, File, UploadFile

from shared.contracts.profiles import (
    AccountSettings,
    Avatar,
    Preferences,
    PreferencesChange,
    Profile,
    ProfileChange,
    UsernameChange,
    UsernameChanged,
    WholeProfileChange,
)
from sync_server.accounts.avatars import MAX_BYTES, make_avatar
from sync_server.accounts.service import Owner, OwnerAuthenticator, Profiles
from sync_server.platform.edge import AccountAsker, AllTransactions, SignedIn, service
from sync_server.platform.errors import (
    FileTooLargeError,
    UnprocessableError,
    UnsupportedMediaTypeError,
    UserExistsError,
    ValidationFailedError,
)
from sync_server.platform.openapi import errors
from sync_server.platform.ports import World
from sync_server.platform.replies import Reply
from sync_server.platform.storage import Storage

router = APIRouter(prefix="/me", tags=["profile"])

TheProfiles = Annotated[Profiles, service(Profiles)]


@router.get("", summary="Everything a client shows at its start", responses=errors())
async def me(owner: Annotated[Owner, Depends(AccountAsker(OwnerAuthenticator))]) -> Reply[Profile]:
    """Also for an account in deletion, so that its owner sees until when it can be taken back."""
    return Reply(data=owner.profile)


@router.patch(
    "",
    summary="Change the profile",
    responses=errors(ValidationFailedError, UserExistsError, UnprocessableError),
)
async def change(asked: WholeProfileChange, principal: SignedIn, profiles: TheProfiles) -> Reply[Profile]:
    if asked.username is not None:
        await profiles.change_username(principal.user_id, asked.username)
    await profiles.change(principal.user_id, asked)
    return Reply(data=await profiles.profile(principal.user_id))


@router.patch(
    "/username",
    summary="Change the username, once in 30 days",
    responses=errors(UserExistsError, UnprocessableError),
)
async def change_username(
    asked: UsernameChange, principal: SignedIn, profiles: TheProfiles
) -> Reply[UsernameChanged]:
    return Reply(data=await profiles.change_username(principal.user_id, asked.username))


@router.post(
    "/avatar",
    summary="Set the avatar",
    responses=errors(FileTooLargeError, UnsupportedMediaTypeError),
)
async def set_avatar(
    principal: SignedIn,
    storage: Annotated[Storage, service(Storage)],
    world: Annotated[World, service(World)],
    transactions: AllTransactions,
    file: Annotated[UploadFile, File(description="JPEG, PNG or WebP, at most 5 MB.")],
) -> Reply[Avatar]:
    """The middle square, 256x256, without metadata."""
    picture = await asyncio.to_thread(make_avatar, await file.read(MAX_BYTES + 1))
    key = f"avatars/{principal.user_id}/{world.new_id()}.webp"
    await storage.put(key, picture, "image/webp")
    async with transactions.begin() as work:
        before = await work.get(Profiles).set_avatar(principal.user_id, key)
    if before:
        await storage.delete(before)
    return Reply(data=Avatar(avatar_url=await storage.url(key)))


@router.get("/settings", summary="All settings", responses=errors())
async def settings(principal: SignedIn, profiles: TheProfiles) -> Reply[AccountSettings]:
    return Reply(data=await profiles.settings(principal.user_id))


@router.put("/settings/profile", summary="Set the profile", responses=errors(ValidationFailedError))
async def set_profile(
    asked: ProfileChange, principal: SignedIn, profiles: TheProfiles
) -> Reply[AccountSettings]:
    await profiles.change(principal.user_id, asked)
    return Reply(data=await profiles.settings(principal.user_id))


@router.put("/settings/preferences", summary="Set preferences", responses=errors(ValidationFailedError))
async def set_preferences(
    asked: PreferencesChange, principal: SignedIn, profiles: TheProfiles
) -> Reply[Preferences]:
    return Reply(data=await profiles.change_preferences(principal.user_id, asked))
