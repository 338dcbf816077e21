"""What other features may ask of credits."""

from sync_server.credits.repository import balance_facts
from sync_server.credits.service.audit import Discrepancy, LedgerAudit
from sync_server.credits.service.ledger import Booking, CreditLedger, Hold
from sync_server.credits.service.statements import CreditStatements

__all__ = [
    "Booking",
    "CreditLedger",
    "CreditStatements",
    "Discrepancy",
    "Hold",
    "LedgerAudit",
    "balance_facts",
]
