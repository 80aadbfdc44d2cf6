"""Who in the brand may do what with contact values: ``[rights]`` of siyu.toml, asked of whoever logged in.

An action that the table does not name is everybody's who may use the home's account. It binds whoever comes by siyu or
its page; who may read the home's files as they lie is the operating system's to say.
"""

from typing import Final

from orchestration import audit_log
from orchestration.account import who_works
from orchestration.settings import Action, Settings, SettingsError

#: Action -> what of contact values it gives away or changes.
ACTIONS: Final[dict[Action, str]] = {
    "copy": "a person's own copy, with numbers in the clear",
    "export": "lists for gateways, with numbers in the clear, and published tables as files",
    "tasks": "task lists, the service desk's and sheets of leads",
    "erase": "erasing a person",
    "rekey": "a new key for every token",
    "backup": "everything, the vault and its keys among it",
}


def require(settings: Settings, action: Action) -> None:
    """Refuse an action to whom the settings do not name for it, and note in the audit log that it was tried.

    Raises
    ------
    SettingsError
        Who may is named in the message.
    """
    named = settings.rights.get(action)
    if named is None or (who := who_works()) in named:
        return
    audit_log.append(settings, "refused_by_rights", {"what": action, "person": who})
    may = ", ".join(named) or "nobody"
    raise SettingsError(f"{action} ({ACTIONS[action]}): {who} may not; [rights] of siyu.toml names {may}")
