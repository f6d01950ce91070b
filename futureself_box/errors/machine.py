"""Of the settings, and of the machine that the box runs on."""

from futureself_box.errors.family import BoxError, StartError


class SettingsInvalid(StartError):
    """A settings file or variable holds something that is not a setting."""

    code = "settings_invalid"
    sentence = "A setting is not valid."
    advice = "See docs/settings.md."


class PortTaken(StartError):
    """Another program listens where the box wants to."""

    code = "port_taken"
    sentence = "The box's port is in use by another program."
    advice = "Stop that program, or set FUTURESELF_BOX_PORT to a free port."


class SocketPathTooLong(StartError):
    """A Unix socket's path is limited to 107 bytes by the kernel (unix(7))."""

    code = "socket_path_too_long"
    sentence = "The path of the inference socket is too long for the system."
    advice = "Set FUTURESELF_DATA_FOLDER to a shorter path."


class AlreadyRunning(StartError):
    """Two boxes on one data folder would hold two different truths."""

    code = "already_running"
    sentence = "Another box is already running on this data folder."
    advice = "Use that one, or stop it first."


class ClockImplausible(BoxError):
    """The machine's clock lies before this release was made."""

    code = "clock_implausible"
    status = 503
    sentence = "The box's clock is wrong, so new words wait on your phone."
    advice = "Set the box's clock (timedatectl set-ntp true), then send again."
