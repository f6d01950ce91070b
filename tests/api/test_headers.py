"""The policy that goes with every page of the box."""

from futureself_box.api import headers


def test_sockets_may_go_to_every_address_that_a_policy_can_name_and_nowhere_else() -> None:
    origins = (
        "https://futureself-446b.local:8443",
        "https://[fd00::2]:8443",
        "https://10.0.0.2:8443",
    )
    policy = headers.policy(origins)
    (connect,) = [rule for rule in policy.split("; ") if rule.startswith("connect-src ")]
    # A browser complains of an IPv6 address there, and ignores it.
    assert connect.split()[1:] == [
        "'self'",
        "wss://futureself-446b.local:8443",
        "wss://10.0.0.2:8443",
    ]
