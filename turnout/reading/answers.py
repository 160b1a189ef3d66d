"""What the host of an object answered, or that it did not, in words. Of the library's own words none is shown.

They hold whole addresses, and with them what a link is signed by.
"""

import re
from typing import Final

from turnout.addresses import Address
from turnout.errors import InputRefused, TurnoutError, UsageError

#: Variables that say that a bucket's host may be spoken to without encryption.
ALLOW_HTTP: Final = {"s3": "AWS_ALLOW_HTTP", "gs": "GOOGLE_ALLOW_HTTP", "az": "AZURE_ALLOW_HTTP"}
#: Where credentials come from.
_CREDENTIALS: Final = {
    "s3": "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN), or run on a machine that has a role;"
    " for a public bucket, set AWS_SKIP_SIGNATURE=true",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS, or run on a machine that has a service account; for a public bucket, set"
    " GOOGLE_SKIP_SIGNATURE=true",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY, or run on a machine that has an identity; for a"
    " public container, set the account's name and AZURE_SKIP_SIGNATURE=true",
}
_BY_HAND: Final = "Fetch the file by hand, and name the copy."
_STATUS: Final = re.compile(r"status code: (\d{3})|status: (\d{3})")
#: Where a machine is asked for the credentials that it has, for want of others; and other signs of want.
_NO_CREDENTIALS: Final = (
    *("169.254.169.254", "169.254.170.2", "metadata.google.internal", "/latest/api/token", "/metadata/identity"),
    *("missingaccount", "missingcredential", "tokenrequest", "token request"),
)
_CUT_OFF: Final = (
    *("error decoding response body", "kind: body", "kind: decode"),
    *("incompletemessage", "incompletebody", "unexpectedeof"),
)
_SILENT: Final = ("connect", "dns error", "timedout", "timed out", "timeout", "error sending request")
_NO_LENGTH: Final = ("content-length", "content-range", "contentlength", "contentrange", "notsupported")


class Passing(TurnoutError):  # noqa: N818 - named for what is the case, as those below
    """Something that another try may find otherwise."""


class Unreached(UsageError, Passing):  # noqa: N818
    """The host did not answer, or is not able to now."""


class NotWhole(InputRefused, Passing):
    """An object did not come whole, or in the version that was found."""


class NoObject(UsageError):  # noqa: N818
    """There is nothing at an address."""


def not_installed(address: Address) -> UsageError:
    """Return what to say where the library is not there."""
    return UsageError(
        f"{address}: reading it needs obstore, which is not installed. Install it with: pip install 'turnout[cloud]'."
    )


def is_of_host(error: Exception) -> bool:
    """Whether the library speaks, of a host or of what is asked of it; not the machine, nor a mistake in here."""
    of_system = getattr(error, "errno", None) is not None
    return type(error).__module__.startswith("obstore") or (type(error) in (ValueError, OSError) and not of_system)


def refusal(address: Address, kind: str, text: str) -> TurnoutError:
    """Return in words what an error of the library says.

    Parameters
    ----------
    kind, text : its class's name, and what it says, which is looked at only
    """
    lower = f"{kind} {text}".lower()

    def says(*signs: str) -> bool:
        return any(sign in lower for sign in signs)

    status = _STATUS.search(text)
    code = int(status[1] or status[2]) if status else 0
    credentials = _CREDENTIALS.get(address.scheme)
    if kind == "PreconditionError":
        return changed(address)
    if says(*_CUT_OFF) and not code:
        return cut_off(address)
    told = (
        (credentials and says(*_NO_CREDENTIALS), f"no credentials were found. Set {credentials}."),
        (
            kind == "PermissionDeniedError" or code == 403,
            "the host forbids it (403). Ask for the right to read it, or check whose credentials are set.",
        ),
        (
            kind == "UnauthenticatedError" or code == 401,
            f"the host wants other credentials (401). {f'Set {credentials}.' if credentials else _BY_HAND}",
        ),
        (
            says("badscheme"),
            "the endpoint that the environment names is http, which is read by anyone on the way. Name an https one,"
            f" or set {ALLOW_HTTP.get(address.scheme)}=true.",
        ),
        (
            says("incorrectly configured region"),
            "the bucket is in another region than the environment says. Set AWS_REGION to its own.",
        ),
        (code, f"the host answered with status {code}. Try again later, or copy the file."),
        (
            says(*_NO_LENGTH),
            f"the host does not say how long the file is, or gives no parts of it. {_BY_HAND}",
        ),
        (says(*_SILENT), "the host does not answer. Check the address and the network, and try again."),
    )
    other = f"cannot be read ({kind}). Check the address, or copy the file."
    sentence = next((sentence for applies, sentence in told if applies), other)
    is_passing = sentence is told[-1][1] or code == 429 or code >= 500
    return (Unreached if is_passing else UsageError)(f"{address}: {sentence}")


def changed(address: Address) -> NotWhole:
    """Return what to say of an object that is not the one that was found."""
    return NotWhole(
        f"{address}: was written anew since this run looked at it. Run again once it stands still."
        " Nothing was loaded."
    )


def cut_off(address: Address) -> NotWhole:
    """Return what to say of an object of which not all came."""
    size = "" if address.version is None else f" of its {address.version.size:,} bytes"
    return NotWhole(f"{address}: was cut off before the last{size} came. Try again. Nothing was loaded.")
