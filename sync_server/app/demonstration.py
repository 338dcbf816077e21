"""Accounts to look at: one for each tier and role, with fixed names."""

from shared.contracts.accounts import Role
from sync_server.accounts.service import Accounts, NewAccount, Registration
from sync_server.app.container import Container
from sync_server.credits.service import CreditLedger

PASSWORD = "demonstration-only"  # noqa: S105 - printed on purpose
_PEOPLE: tuple[tuple[str, str, str, str, Role], ...] = (
    ("ada@example.com", "ada", "Ada Free", "free", "user"),
    ("bo@example.com", "bo_pro", "Bo Pro", "pro", "user"),
    ("cai@example.com", "cai_studio", "Cai Studio", "studio", "user"),
    ("mo@example.com", "mo_moderator", "Mo Moderator", "free", "moderator"),
    ("admin@example.com", "admin_demo", "Admin", "free", "admin"),
)


async def make_demonstration(container: Container) -> list[str]:
    """Lines that say who is there now. Those who were there before stay as they are."""
    password_hash = await container.passwords.hash(PASSWORD)
    lines = [f"Everybody's password is {PASSWORD}"]
    for email, username, full_name, tier, role in _PEOPLE:
        async with container.transactions.begin() as work:
            accounts = work.get(Accounts)
            if await accounts.find(email) is None:
                user_id = await work.get(Registration).register(
                    NewAccount(
                        email=email,
                        password_hash=password_hash,
                        username=username,
                        full_name=full_name,
                        verified=True,
                    )
                )
                await accounts.set_tier(user_id, tier)
                await accounts.set_role(user_id, role)
                await work.get(CreditLedger).purchase(
                    user_id, 500, bonus=75, key=f"demo:{email}", description="500 credits", reference="demo:1"
                )
        lines.append(f"{email}  {tier}  {role}")
    return lines
