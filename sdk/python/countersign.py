"""Countersign client for agents and executors: propose, wait, redeem, report the outcome.

One file, standard library only, Python 3.9 or newer. Nothing may take effect before `redeem` returned.
The same idempotency key and body are one action, however often they are sent, so every call here is safe to repeat.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import http.client
import json
import math
import random
import re
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from email.utils import parsedate_to_datetime
from typing import Any, Callable, Optional

__all__ = [
    "Client",
    "CountersignError",
    "action_digest",
    "action_id",
    "canonicalize",
    "guard",
    "handle_of",
    "read_handle",
    "sign_submission",
    "verify_callback",
]

NAMESPACE = uuid.UUID("6f3f4a52-9c1e-4d7b-8a57-1b0f2e9c7d31")
MAX_SAFE_INTEGER = 2**53 - 1
RETRIED_STATUS = {429, 502, 503, 504}
LONGEST_HOLD_S = 30
HELD_POLL_S = 1.0
LONGEST_HANDLE = 2000
CALLBACK_TOLERANCE_S = 300
DIGESTED = ("action_type", "environment", "on_behalf_of", "target", "parameters", "preconditions")


class CountersignError(Exception):
    """A refusal or a fault. Branch on `code`; `problem` is the server's problem document or None."""

    def __init__(self, code: str, message: str, problem: Optional[dict] = None):
        super().__init__(f"{code}: {message}")
        self.code = code
        self.problem = problem


# --- Canonical JSON (RFC 8785) and ids ---------------------------------------------------------------------------


def _number(value: float) -> str:
    """A number as ECMAScript prints it: shortest digits that read back, plain from 1e-6 up to 1e21."""
    if not math.isfinite(value):
        raise ValueError("JSON has no infinite or undefined numbers")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent = repr(abs(float(value))).partition("e")
    whole, _, fraction = mantissa.partition(".")
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    digits = digits.rstrip("0")
    count = len(digits)
    if count <= point <= 21:
        return sign + digits + "0" * (point - count)
    if 0 < point <= 21:
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:
        return f"{sign}0.{'0' * -point}{digits}"
    rest = f".{digits[1:]}" if count > 1 else ""
    return f"{sign}{digits[0]}{rest}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def canonicalize(value: Any) -> str:
    """RFC 8785 text of a JSON value. Raises ValueError for what JSON cannot carry unchanged."""
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        if abs(value) > MAX_SAFE_INTEGER:
            raise ValueError("integer beyond 2^53 - 1")
        return str(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, str):
        value.encode("utf-8")  # a lone surrogate raises UnicodeEncodeError, a ValueError
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(canonicalize(item) for item in value) + "]"
    if isinstance(value, dict):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("object keys must be strings")
        keys = sorted(value, key=lambda key: key.encode("utf-16-be"))
        return "{" + ",".join(f"{canonicalize(key)}:{canonicalize(value[key])}" for key in keys) + "}"
    raise ValueError(f"{type(value).__name__} is not a JSON value")


def action_digest(tenant: str, action: dict) -> str:
    """Digest of what is about to run. `action` is a proposal (or its digested members); absent members are null."""
    agent_id = action["agent"]["id"] if "agent" in action else action["agent_id"]
    facts = {"v": 1, "tenant": tenant, "agent_id": agent_id, **{name: action.get(name) for name in DIGESTED}}
    return "sha256:" + hashlib.sha256(canonicalize(facts).encode("utf-8")).hexdigest()


def action_id(tenant: str, agent_id: str, idempotency_key: str) -> str:
    """The id that this key's action has, before and after it is sent."""
    return f"act_{uuid.uuid5(NAMESPACE, canonicalize([tenant, agent_id, idempotency_key]))}"


def sign_submission(signing_secret: str, topic: str, key: str, ce_id: str, ce_time: str, value: bytes) -> str:
    """Header `countersign-signature` of a record for the submissions topic."""
    signed = b".".join([b"v1", *(part.encode("utf-8") for part in (topic, key, ce_id, ce_time)), value])
    mac = hmac.new(signing_secret.encode("utf-8"), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode("ascii")


def handle_of(action: dict, idempotency_key: Optional[str] = None, tool: Optional[str] = None) -> str:
    """An opaque text by which another worker with the same agent's key goes on; it holds no secret and no address."""
    known = {"v": 1, "action_id": action["action_id"], "digest": action["digest"]}
    text = canonicalize({**known, "idempotency_key": idempotency_key, "tool": tool})
    return base64.urlsafe_b64encode(text.encode("utf-8")).decode("ascii").rstrip("=")


def read_handle(text: str) -> dict:
    """What a handle says. Raises CountersignError `wrong_use` when it is not a whole one."""
    try:
        if len(text) > LONGEST_HANDLE or not re.fullmatch(r"[A-Za-z0-9_-]+", text):
            raise ValueError("not base64url")
        handle = parse_json(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("utf-8"))
        whole = handle["v"] == 1 and all(isinstance(handle[name], str) and handle[name] for name in ("action_id", "digest"))
        if whole and all(handle[name] is None or isinstance(handle[name], str) for name in ("idempotency_key", "tool")):
            return handle
    except (ValueError, KeyError, TypeError):
        pass
    raise CountersignError("wrong_use", "this is not a handle; pass on the whole text that was given out")


def verify_callback(headers: Any, body: bytes, secret: str, now: Optional[float] = None) -> dict:
    """Checks a callback as Standard Webhooks sign it and answers with its hint: `action_id` and `status`.

    headers: a mapping whose names are found in lower case; body: as it arrived; secret: the agent's signing secret, with
    the prefix `whsec_` its rest is base64; now: UTC epoch seconds. Raises CountersignError `invalid_callback`.
    A hint may come late, twice or never: read the action, its document is the authority.
    """
    key = base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode("utf-8")
    if not key:
        raise CountersignError("wrong_use", "a signing secret is needed to check callbacks")
    given = [str(headers.get(name) or "") for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
    at = int(given[1]) if re.fullmatch(r"[0-9]{1,12}", given[1]) else 0
    if not given[0] or abs((time.time() if now is None else now) - at) > CALLBACK_TOLERANCE_S:
        raise CountersignError("invalid_callback", "the callback has no id or is more than five minutes off")
    mac = hmac.new(key, f"{given[0]}.{given[1]}.".encode("utf-8") + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(mac)
    if not any(hmac.compare_digest(one.encode("utf-8"), expected) for one in given[2].split(" ")):
        raise CountersignError("invalid_callback", "no signature of the callback is right")
    try:
        hint = parse_json(body.decode("utf-8"))
        return {"action_id": hint["action_id"], "status": hint["status"]}
    except (ValueError, KeyError, TypeError):
        raise CountersignError("invalid_callback", "the callback names no action") from None


# --- HTTP --------------------------------------------------------------------------------------------------------


def _unique(pairs: list) -> dict:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("duplicate key")
    if "__proto__" in members:
        raise ValueError("forbidden key")
    return members


def _integer(text: str) -> int:
    if abs(int(text)) > MAX_SAFE_INTEGER:
        raise ValueError("integer beyond 2^53 - 1")
    return int(text)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def parse_json(text: str) -> Any:
    """Strict JSON: duplicate keys, unsafe integers, non-finite numbers and lone surrogates raise ValueError."""
    value = json.loads(text, object_pairs_hook=_unique, parse_int=_integer, parse_constant=_refuse_constant)
    canonicalize(value)
    return value


def _retry_after_s(header: Optional[str], problem: Optional[dict]) -> float:
    if header is None:
        return float((problem or {}).get("retry_after") or 0)
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(header).timestamp() - time.time())
    except ValueError:
        return 0.0


def _error_of(status: int, text: str) -> CountersignError:
    try:
        problem = parse_json(text)
        code = problem["type"].split("urn:countersign:problem:")[1]
        return CountersignError(code, problem.get("detail") or problem.get("title", ""), problem)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return CountersignError("bad_answer", f"status {status} without a problem document")


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the key elsewhere; it is an error instead."""

    def redirect_request(self, *_args: Any) -> None:
        return None


class Client:
    """An agent or an executor.

    intake_url: base address of intake (executors leave it out); approval_urls: of the approval instances;
    api_key: never logged; retry_for_s: how long 429, 503 and lost connections are retried with the same key;
    timeout_s: of one attempt, beyond a wait that was asked for.
    """

    def __init__(
        self,
        intake_url: Optional[str] = None,
        approval_urls: Optional[list] = None,
        api_key: str = "",
        retry_for_s: float = 60.0,
        timeout_s: float = 15.0,
    ):
        self._intake = [intake_url] if intake_url else []
        self._approval = list(approval_urls or [])
        self._api_key = api_key
        self._retry_for_s = retry_for_s
        self._timeout_s = timeout_s
        self._opener = urllib.request.build_opener(_NoRedirect)

    def propose(self, proposal: dict, idempotency_key: str) -> dict:
        """Sends a proposal; answers with the action document, perhaps still `deciding` or `pending`."""
        return self._send(self._intake, "POST", "/v1/actions", proposal, key=idempotency_key)

    def read(self, id_of_action: str, wait_s: int = 0) -> dict:
        """The action document; an approved one carries a fresh token."""
        path = f"/v1/actions/{urllib.parse.quote(id_of_action, safe='')}"
        query = f"?wait={wait_s}s" if wait_s else ""
        return self._send(self._intake, "GET", path + query, held_s=wait_s)

    def wait(self, id_of_action: str, timeout_s: float = 3600.0) -> dict:
        """Waits until the action has ended and is not held for release. Check `status` and `grant` when the time ran out."""
        deadline = time.monotonic() + timeout_s
        while True:
            left = max(0, math.ceil(deadline - time.monotonic()))
            action = self.read(id_of_action, min(LONGEST_HOLD_S, left))
            waits = action["status"] in ("deciding", "pending") or action.get("held") is True
            if not waits or time.monotonic() >= deadline:
                return action
            if action.get("held") is True:
                # Approved already, so the server has nothing to wait for.
                time.sleep(min(HELD_POLL_S, max(0.0, deadline - time.monotonic())))

    def resume(self, handle: str, timeout_s: float = 3600.0) -> dict:
        """Goes on with the action of a handle, as `wait` does, on any worker that has the key of the same agent.

        Raises `not_found` for another agent's action and `action_digest_mismatch` for a handle that was tampered with.
        """
        known = read_handle(handle)
        action = self.wait(known["action_id"], timeout_s)
        if (action["action_id"], action.get("digest")) != (known["action_id"], known["digest"]):
            raise CountersignError("action_digest_mismatch", "the handle speaks of another action than the one found")
        return action

    def redeem(
        self, token: str, digest: str, environment: str, preconditions: Optional[dict] = None, request_id: str = ""
    ) -> dict:
        """Consumes the grant; only after this answer may the effect run. Any CountersignError means: do not run."""
        body = {
            "token": token,
            "action_digest": digest,
            "environment": environment,
            "preconditions": preconditions,
            "request_id": request_id or str(uuid.uuid4()),
        }
        return self._send(self._approval, "POST", "/v1/grants/redeem", body)

    def outcome(
        self, id_of_action: str, status: str, result: Optional[dict] = None, post_checks: Optional[list] = None
    ) -> dict:
        """Says what became of the effect: `executed`, `failed` or `rolled_back`."""
        now = time.time()
        occurred_at = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + f".{int(now % 1 * 1000):03d}Z"
        body = {"status": status, "result": result or {}, "post_checks": post_checks or [], "occurred_at": occurred_at}
        path = f"/v1/actions/{urllib.parse.quote(id_of_action, safe='')}/outcome"
        return self._send(self._intake, "POST", path, body, key=str(uuid.uuid4()))

    def attach(
        self, id_of_action: str, kind: str, name: str, media_type: str, content: bytes, idempotency_key: str = ""
    ) -> dict:
        """Attaches a file to an action that waits for people; `request.evidence.missing` says which kinds are wanted.

        Approvals given before it count no longer. Answers with `attachment` and the `action`.
        """
        query = urllib.parse.urlencode({"kind": kind, "name": name})
        path = f"/v1/actions/{urllib.parse.quote(id_of_action, safe='')}/attachments?{query}"
        key = idempotency_key or str(uuid.uuid4())
        return self._send(self._intake, "POST", path, (media_type, content), key=key)

    def _send(self, urls: list, method: str, path: str, body: Any = None, key: str = "", held_s: float = 0) -> Any:
        if not urls:
            raise CountersignError("wrong_use", "no address is configured for this service")
        headers = {"Accept": "application/json", "Authorization": f"Bearer {self._api_key}"}
        if key:
            headers["Idempotency-Key"] = key
        data = None
        if isinstance(body, tuple):
            headers["Content-Type"], data = body
        elif body is not None:
            headers["Content-Type"] = "application/json"
            data = canonicalize(body).encode("utf-8")
        deadline = time.monotonic() + self._retry_for_s + held_s
        attempt = 0
        while True:
            request = urllib.request.Request(urls[attempt % len(urls)] + path, data, headers, method=method)
            answer, error, asked_s = self._attempt(request, self._timeout_s + held_s)
            if error is None:
                return answer
            backoff = min(2.0, 0.1 * 2**attempt)
            pause = asked_s or backoff / 2 + backoff / 2 * random.random()
            if time.monotonic() + pause > deadline:
                raise error
            attempt += 1
            time.sleep(pause)

    def _attempt(self, request: urllib.request.Request, timeout_s: float) -> tuple:
        """(answer, None, 0) or (None, error worth a retry, seconds that the server asked for)."""
        try:
            with self._opener.open(request, timeout=timeout_s) as response:
                text = response.read().decode("utf-8")
        except urllib.error.HTTPError as refused:
            error = _error_of(refused.code, _body_of(refused))
            if refused.code not in RETRIED_STATUS:
                raise error from None
            return None, error, _retry_after_s(refused.headers.get("Retry-After"), error.problem)
        except (urllib.error.URLError, http.client.HTTPException, OSError) as lost:
            return None, CountersignError("unreachable", f"no answer: {lost}"), 0
        try:
            return parse_json(text), None, 0
        except ValueError as fault:
            raise CountersignError("bad_answer", str(fault)) from None


def _body_of(refused: urllib.error.HTTPError) -> str:
    try:
        return refused.read().decode("utf-8", "replace")
    except (http.client.HTTPException, OSError):
        return ""


def guard(
    client: Client, tenant: str, proposal: dict, idempotency_key: str, run: Callable[[dict], dict], timeout_s: float = 3600
) -> dict:
    """Proposes, waits, redeems, and only then calls `run(parameters)`; reports its result. Never runs otherwise.

    What runs is compared with what was approved by its digest, computed here when the approval has arrived.
    """
    proposed = client.propose(proposal, idempotency_key)
    action = client.wait(proposed["action_id"], timeout_s)
    token = (action.get("grant") or {}).get("token")
    if action["status"] != "approved" or not token:
        raise CountersignError("not_approved", f"the action is {action['status']}")
    digest = action_digest(tenant, proposal)
    if digest != action["effective"]["digest"]:
        raise CountersignError("action_digest_mismatch", "what is about to run is not what was approved")
    parameters = json.loads(canonicalize(proposal["parameters"]))
    client.redeem(token, digest, proposal["environment"], proposal.get("preconditions"))
    try:
        result = run(parameters)
    except Exception as failed:
        client.outcome(action["action_id"], "failed", {"error": type(failed).__name__})
        raise
    return client.outcome(action["action_id"], "executed", result)
