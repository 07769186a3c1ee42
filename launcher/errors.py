"""What keeps something from being started. Each is shown to a person as it is; exit code 1.

LaunchError
├── SettingMissing          a setting that this command cannot do without
├── SettingInvalid          a setting whose value cannot be
├── PortInUse               something else listens there
├── AlreadyRunning          another `up` has this data directory
├── JournalUnavailable      another process has the journal, it is damaged, or there is none
├── TracesUnavailable       what sends traces is not installed
├── SchemaNotMade           Postgres is away, or does not let us make tables or roles
├── ServerFailed            an embedded server did not come up
└── StoppedWhileStarting    asked to stop before everything was up
"""


class LaunchError(Exception):
    """Says what is wrong and what to do about it."""


class SettingMissing(LaunchError):
    """A setting that this command cannot do without."""


class SettingInvalid(LaunchError):
    """A setting has a value that it cannot have."""


class PortInUse(LaunchError):
    """Something else listens on a port that is ours to use."""


class AlreadyRunning(LaunchError):
    """Another process has this data directory."""


class JournalUnavailable(LaunchError):
    """Another process has the journal, it is damaged, or there is none."""


class TracesUnavailable(LaunchError):
    """Traces are wanted, and what sends them is not installed."""


class SchemaNotMade(LaunchError):
    """Postgres is away, or does not let us make tables or roles."""


class ServerFailed(LaunchError):
    """A process that everything else needs did not come up."""


class StoppedWhileStarting(LaunchError):
    """Asked to stop before everything was up."""
