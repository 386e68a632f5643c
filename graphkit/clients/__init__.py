"""Which clients are one client (同一客户), and why."""

from graphkit.clients.group import Group, Link, Member, Stop
from graphkit.clients.one_client import Grouping, group_of, grouping, groups
from graphkit.clients.reasons import Why, why

__all__ = [
    "Group",
    "Grouping",
    "Link",
    "Member",
    "Stop",
    "Why",
    "group_of",
    "grouping",
    "groups",
    "why",
]
