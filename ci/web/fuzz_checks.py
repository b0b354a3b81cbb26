"""Checks of fuzz.py that schemathesis does not have."""

import schemathesis


@schemathesis.check
def busy_says_when(ctx, response, case) -> None:
    """A meter that has too much to do is not broken, if it says so and when to come again."""
    if response.status_code == 503:
        problem = response.json()
        assert problem["type"] == "/problems/busy", f"503 is {problem}"
        assert "retry-after" in response.headers, "503 without Retry-After"
