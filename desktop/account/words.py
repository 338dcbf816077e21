"""The account's words and numbers."""

from datetime import datetime

from PySide6.QtCore import QDateTime, QLocale

from desktop.widgets.translations import tr
from shared.contracts.billing import BillingPeriod, PlanView
from shared.contracts.credits import CreditTransaction


def number(value: int) -> str:
    return QLocale().toString(value)


def credits_text(value: int) -> str:
    return tr("1 credit") if value == 1 else tr("{count} credits", count=number(value))


def plan_name(plan: str) -> str:
    return {
        "free": tr("Free"),
        "starter": tr("Starter"),
        "pro": tr("Pro"),
        "studio": tr("Studio"),
        "enterprise": tr("Enterprise"),
    }.get(plan, plan)


def transaction_text(line: CreditTransaction) -> str:
    return {
        "purchase": tr("Credits bought"),
        "subscription_grant": tr("Credits of the plan"),
        "bonus": tr("Credits given"),
        "refund": tr("Taken back with a refund"),
        "spend": tr("A job in the cloud"),
        "expiry": tr("Credits that ran out"),
        "adjustment": tr("Corrected by the operator"),
    }[line.transaction_type]


def amount_text(amount: int) -> str:
    """With its sign, also where it came."""
    return f"+{number(amount)}" if amount > 0 else number(amount).replace("-", "−")


def day_text(moment: datetime) -> str:
    """In the artist's own time."""
    local = QDateTime.fromSecsSinceEpoch(int(moment.timestamp()))
    return QLocale().toString(local.date(), QLocale.FormatType.ShortFormat)


def moment_text(moment: datetime) -> str:
    local = QDateTime.fromSecsSinceEpoch(int(moment.timestamp()))
    return QLocale().toString(local, QLocale.FormatType.ShortFormat)


def size_text(size: int) -> str:
    return QLocale().formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


def price_text(plan: PlanView) -> str:
    if plan.price_usd is None:
        return tr("By agreement")
    if not plan.price_usd:
        return tr("Costs nothing")
    each = tr("a month") if plan.billing_period == "monthly" else tr("a year")
    return f"{dollars(plan.price_usd)} {each}"


def dollars(amount: float) -> str:
    return f"${amount:,.2f}"


def period_name(period: BillingPeriod) -> str:
    return tr("Monthly") if period == "monthly" else tr("Yearly, two months free")


def kind_name(kind: str) -> str:
    return {
        "text_to_image": tr("Pictures from words"),
        "image_to_image": tr("Refined pictures"),
        "variations": tr("Variations"),
        "edit": tr("Edited pictures"),
        "inpaint": tr("Fillings"),
        "outpaint": tr("Extended pictures"),
        "upscale": tr("Enlarged pictures"),
        "enhance": tr("Enhanced pictures"),
        "background": tr("Removed backgrounds"),
    }.get(kind, kind)
