"""A patient portal on localhost: the other end of the portal contract, with every bad habit one can have."""

from bot.sandbox.portal.config import Config, Mode, Receipts
from bot.sandbox.portal.fault import Fault, FaultPlan
from bot.sandbox.portal.server import RunningPortal, serve

__all__ = ["Config", "Fault", "FaultPlan", "Mode", "Receipts", "RunningPortal", "serve"]
