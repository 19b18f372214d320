"""The limits that a person waits for are those that were promised; tests use shorter ones."""

from app.ssh.limits import OUTPUT_CAP, Limits


def test_limits_of_a_connection_are_those_that_were_promised() -> None:
    limits = Limits()
    assert (limits.connect_s, limits.banner_s) == (10, 15)
    assert (limits.key_exchange_s, limits.login_s, limits.channel_s) == (30, 30, 30)
    assert limits.retries_s == (1, 2, 4, 8)
    assert limits.silence_s + limits.heartbeat_s / 3 <= 45, "a dead link is noticed in time"
    assert limits.channels <= 4
    assert limits.new_per_s <= 2
    assert limits.sudo_s == 30
    assert OUTPUT_CAP == 64 << 20
