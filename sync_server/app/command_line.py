"""`pentimento-server`: what an operator does from the terminal."""

import asyncio
import json
import secrets
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from pydantic import ValidationError

from shared.contracts.errors import PentimentoError
from sync_server.accounts.rules import check_password, checked_email
from sync_server.accounts.service import AccountMails, Accounts, NewAccount, Registration, TwoFactor
from sync_server.app.container import Container
from sync_server.app.create_app import create_app
from sync_server.app.demonstration import make_demonstration
from sync_server.app.serving import database
from sync_server.app.serving import serve as run_server
from sync_server.app.settings import Settings, settings_table
from sync_server.billing.service import WebhookInbox
from sync_server.credits.service import LedgerAudit
from sync_server.platform.database import upgrade

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Pentimento's sync server.")
admin = typer.Typer(no_args_is_help=True, help="For operators.")
webhooks = typer.Typer(no_args_is_help=True, help="Events of payment providers that could not be handled.")
app.add_typer(admin, name="admin")
admin.add_typer(webhooks, name="webhooks")


def main() -> None:
    try:
        app()
    except PentimentoError as error:
        sys.exit(f"{error.report.text} {error.report.advice_text}".strip())
    except ValidationError as error:
        sys.exit(
            "\n".join(
                f"PENTIMENTO_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors()
            )
        )


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="The address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="The port to listen on.")] = None,
    processes: Annotated[int | None, typer.Option(help="API processes on this machine.")] = None,
    data_folder: Annotated[Path | None, typer.Option(help="Where everything is kept.")] = None,
) -> None:
    """Start the whole server; without a database of yours it starts its own."""
    given = {"host": host, "port": port, "processes": processes, "data_folder": data_folder}
    chosen: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    run_server(Settings(**chosen))


@app.command()
def migrate() -> None:
    """Bring the tables up to date."""
    with database(Settings()) as url:
        upgrade(url)


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    container = Container(settings=Settings(), database_url="postgresql://nowhere/none")
    print(json.dumps(create_app(container).openapi(), indent=1, sort_keys=True, ensure_ascii=False))
    container.passwords.close()


@app.command()
def settings() -> None:
    """Print the table of settings as Markdown."""
    print(settings_table())


@app.command("seed-demo")
def seed_demo() -> None:
    """Fill an empty server with accounts to look at."""
    for line in _run(make_demonstration):
        print(line)


@admin.command()
def create(
    email: Annotated[str, typer.Option(help="The address to sign in with.")],
    password: Annotated[str | None, typer.Option(help="Made up, and printed, when left out.")] = None,
) -> None:
    """Make an administrator, or make one of an account that is there."""
    chosen = password or secrets.token_urlsafe(16)
    address = checked_email(email)
    check_password(chosen, email=address)

    async def act(container: Container) -> bool:
        password_hash = await container.passwords.hash(chosen)
        async with container.transactions.begin() as work:
            account = await work.get(Accounts).find(address)
            user_id = (
                account.id
                if account
                else await work.get(Registration).register(
                    NewAccount(email=address, password_hash=password_hash, verified=True)
                )
            )
            await work.get(Accounts).set_role(user_id, "admin")
            return account is None

    if _run(act):
        print(f"{address} is an administrator." + ("" if password else f" The password is {chosen}"))
    else:
        print(f"{address} is an administrator now; the password is as before.")


@admin.command("two-factor-off")
def two_factor_off(email: Annotated[str, typer.Option(help="Whose second factor is lost.")]) -> None:
    """Let somebody in by the first factor alone, who lost the authenticator and the recovery codes; tell by mail."""
    address = checked_email(email)

    async def act(container: Container) -> bool:
        async with container.transactions.begin() as work:
            account = await work.get(Accounts).find(address)
            if account is None or not await work.get(TwoFactor).turn_off(account.id):
                return False
            await work.get(AccountMails).two_factor_off(email=account.email, language=account.language)
            return True

    if not _run(act):
        sys.exit(f"{address} has no second factor.")
    print(f"{address} signs in without a second factor now. Make sure that it is its owner who asked.")


@admin.command("audit-ledger")
def audit_ledger() -> None:
    """Derive every balance anew and tell what does not agree; ends with 1 where something does not."""

    async def act(container: Container) -> list[Any]:
        async with container.transactions.begin() as work:
            return await work.get(LedgerAudit).run()

    found = _run(act)
    for row in found:
        print(f"{row.what}: {row.id} (kept {row.kept}, derived {row.derived})")
    if found:
        raise typer.Exit(1)
    print("The ledger is sound.")


@webhooks.command("list")
def list_webhooks() -> None:
    """Events that failed, oldest first."""

    async def act(container: Container) -> list[str]:
        async with container.transactions.begin() as work:
            rows = await work.get(WebhookInbox).list_failed()
        return [
            f"{row.id}  {row.provider}  {row.kind}  {row.received_at:%Y-%m-%d %H:%M}  {row.problem}"
            for row in rows
        ]

    for line in _run(act) or ["No event has failed."]:
        print(line)


@webhooks.command("retry")
def retry_webhook(event_id: Annotated[UUID, typer.Argument(help="As `list` shows it.")]) -> None:
    """Handle an event again."""

    async def act(container: Container) -> None:
        async with container.transactions.begin() as work:
            await work.get(WebhookInbox).retry(event_id)

    _run(act)
    print("It will be handled in a moment, by the running server.")


def _run(act: Callable[[Container], Awaitable[Any]]) -> Any:
    """On the operator's database, whether the server runs or not."""
    chosen = Settings()

    async def inside(url: str) -> Any:
        container = Container(settings=chosen, database_url=url)
        await container.start()
        try:
            return await act(container)
        finally:
            await container.close()

    with database(chosen) as url:
        upgrade(url)
        return asyncio.run(inside(url))


if __name__ == "__main__":
    main()
