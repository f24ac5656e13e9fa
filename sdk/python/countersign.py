"""Countersign client for agents and executors: propose, wait, redeem, report the outcome.

One file, standard library only, Python 3.9 or newer; tokens are verified offline too where `cryptography` is there.
Nothing may take effect before `redeem` returned.
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
    "verify_token",
]

NAMESPACE = uuid.UUID("6f3f4a52-9c1e-4d7b-8a57-1b0f2e9c7d31")
MAX_SAFE_INTEGER = 2**53 - 1
RETRIED_STATUS = {429, 502, 503, 504}
LONGEST_HOLD_S = 30
HELD_POLL_S = 1.0
LONGEST_HANDLE = 2000
CALLBACK_TOLERANCE_S = 300
KEY = re.compile(r"[\x21-\x7e]{1,255}")
DEFAULT_AUDIENCE = "urn:countersign:executor"
CLAIMS = ("iss", "aud", "sub", "jti", "iat", "nbf", "exp", "tenant", "env", "authorization_details")
LONGEST_TOKEN_LIFE_S = 300
CLOCK_TOLERANCE_S = 5
REFUSED_STATUS = (400, 413, 422)
MOST_UNREPORTED = 1000
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


def _callback_key(secret: str) -> bytes:
    """Base64 of either alphabet, padded or not, behind `whsec_`; else the secret's own bytes."""
    if not secret.startswith("whsec_"):
        return secret.encode("utf-8")
    text = re.sub(r"={0,2}\Z", "", secret[6:]).replace("-", "+").replace("_", "/")
    if not re.fullmatch(r"[A-Za-z0-9+/]*", text) or len(text) % 4 == 1:
        raise CountersignError("wrong_use", "what follows whsec_ in the signing secret is not base64")
    return base64.b64decode(text + "=" * (-len(text) % 4))


def _header_of(headers: Any, name: str) -> str:
    given = [value for found, value in headers.items() if str(found).lower() == name]
    return given[0] if len(given) == 1 and isinstance(given[0], str) else ""


def verify_callback(headers: Any, body: bytes, secret: str, now: Optional[float] = None) -> dict:
    """Checks a callback as Standard Webhooks sign it and answers with its hint: `action_id` and `status`.

    headers: a mapping, names in any case; body: as it arrived; secret: the agent's signing secret, with
    the prefix `whsec_` its rest is base64; now: UTC epoch seconds. Raises CountersignError `invalid_callback`.
    A hint may come late, twice or never: read the action, its document is the authority.
    """
    key = _callback_key(secret)
    if not key:
        raise CountersignError("wrong_use", "a signing secret is needed to check callbacks")
    given = [_header_of(headers, name) for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
    at = int(given[1]) if re.fullmatch(r"[0-9]{1,12}", given[1]) else 0
    if not given[0] or abs((time.time() if now is None else now) - at) > CALLBACK_TOLERANCE_S:
        raise CountersignError("invalid_callback", "the callback has no id or is more than five minutes off")
    mac = hmac.new(key, f"{given[0]}.{given[1]}.".encode("utf-8") + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(mac)
    if not any(hmac.compare_digest(one.encode("utf-8", "replace"), expected) for one in given[2].split(" ")):
        raise CountersignError("invalid_callback", "no signature of the callback is right")
    try:
        hint = parse_json(body.decode("utf-8"))
        if isinstance(hint["action_id"], str) and isinstance(hint["status"], str):
            return {"action_id": hint["action_id"], "status": hint["status"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        pass
    raise CountersignError("invalid_callback", "the callback names no action")


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


def _json_bytes(body: Any) -> bytes:
    try:
        return canonicalize(body).encode("utf-8")
    except (ValueError, RecursionError) as fault:
        raise CountersignError("wrong_use", f"what is sent is no JSON: {fault}") from fault


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
        self._unreported: dict = {}

    def propose(self, proposal: dict, idempotency_key: str) -> dict:
        """Sends a proposal; answers with the action document, perhaps still `deciding` or `pending`.

        idempotency_key: 1 to 255 characters of printable ASCII without spaces, stored by the caller before the first send.
        Raises `wrong_use` for what no door takes, `duplicate_request` when the key was used for another body.
        """
        if not isinstance(idempotency_key, str) or not KEY.fullmatch(idempotency_key):
            raise CountersignError("wrong_use", "an idempotency key is 1 to 255 printable ASCII characters without spaces")
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

    def keys(self) -> dict:
        """The public keys that approval signs with (a JWKS). An old key stays listed longer than any token lives."""
        return self._send(self._approval, "GET", "/.well-known/jwks.json")

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
        return self._report(id_of_action, body)

    def _report(self, id_of_action: str, body: dict) -> dict:
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
        for name, value in headers.items():
            if not re.fullmatch(r"[\t\x20-\x7e]*", value):
                raise CountersignError("wrong_use", f"the header {name} holds characters that are not printable ASCII")
        data = None
        if isinstance(body, tuple):
            headers["Content-Type"], data = body
        elif body is not None:
            headers["Content-Type"] = "application/json"
            data = _json_bytes(body)
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


# --- Tokens ------------------------------------------------------------------------------------------------------


def _base64url(text: str) -> bytes:
    if not re.fullmatch(r"[A-Za-z0-9_-]*", text):
        raise ValueError("not base64url")
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _can_verify() -> bool:
    try:
        import cryptography.hazmat.primitives.asymmetric.ed25519  # noqa: F401
    except ImportError:
        return False
    return True


def _signed_claims(token: str, keys: dict) -> dict:
    """Claims of a compact JWS (RFC 7515) of type `approval+jwt`, signed with EdDSA (RFC 8037) by one of the keys."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        head, body, signature = token.split(".")
        header = parse_json(_base64url(head).decode("utf-8"))
        if (header.get("alg"), header.get("typ")) != ("EdDSA", "approval+jwt") or "crit" in header:
            raise ValueError("another kind of token")
        jwk = next(key for key in keys["keys"] if key.get("kid") == header["kid"] and key.get("crv") == "Ed25519")
        key = Ed25519PublicKey.from_public_bytes(_base64url(jwk["x"]))
        key.verify(_base64url(signature), f"{head}.{body}".encode("ascii"))
        claims = parse_json(_base64url(body).decode("utf-8"))
        if not all(name in claims for name in CLAIMS):
            raise ValueError("a claim is missing")
        return claims
    except (ValueError, KeyError, TypeError, AttributeError, StopIteration, InvalidSignature):
        raise CountersignError("invalid_token", "the token is not a valid approval token") from None


def _check_life(claims: dict, now: float) -> None:
    times = [claims[name] for name in ("iat", "nbf", "exp")]
    if not all(isinstance(at, (int, float)) and not isinstance(at, bool) for at in times):
        raise CountersignError("invalid_token", "the times of the token are no numbers")
    iat, nbf, exp = times
    if now >= exp + CLOCK_TOLERANCE_S or now - iat > LONGEST_TOKEN_LIFE_S + CLOCK_TOLERANCE_S:
        raise CountersignError("expired", "the token has expired")
    if now < nbf - CLOCK_TOLERANCE_S or now < iat - CLOCK_TOLERANCE_S:
        raise CountersignError("invalid_token", "the token is not valid yet")


def verify_token(
    token: str,
    tenant: str,
    action: dict,
    keys: dict,
    issuer: Optional[str] = None,
    audience: str = DEFAULT_AUDIENCE,
    now: Optional[float] = None,
) -> dict:
    """Verifies a token offline against what is about to run, and answers with its claims. It does not consume the grant.

    action: a proposal, or its digested members with `agent_id`; keys: the JWKS, as `Client.keys` gives it; issuer: public
    address of approval as in `iss` (None: any that holds these keys); now: UTC epoch seconds. Needs the package
    `cryptography`. Raises CountersignError `invalid_token`, `wrong_audience`, `wrong_environment`, `expired`,
    `action_digest_mismatch`, or `wrong_use` without that package.
    """
    if not _can_verify():
        raise CountersignError("wrong_use", "verifying a token offline needs the package cryptography")
    claims = _signed_claims(token, keys)
    if issuer is not None and claims["iss"] != issuer:
        raise CountersignError("invalid_token", "the token is of another issuer")
    audiences = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if audience not in audiences:
        raise CountersignError("wrong_audience", "the token is meant for another audience")
    _check_life(claims, time.time() if now is None else now)
    details = claims["authorization_details"]
    if not isinstance(details, list) or len(details) != 1 or details[0].get("type") != "urn:countersign:action":
        raise CountersignError("invalid_token", "the token does not release exactly one action")
    if claims["env"] != action["environment"]:
        raise CountersignError("wrong_environment", f"the token is for {claims['env']}")
    agent_id = action["agent"]["id"] if "agent" in action else action["agent_id"]
    same = claims["tenant"] == tenant and claims["sub"] == agent_id
    if not same or details[0].get("action_digest") != action_digest(tenant, action):
        raise CountersignError("action_digest_mismatch", "what is about to run is not what was approved")
    return claims


# --- Guard -------------------------------------------------------------------------------------------------------


def _report_of(status: str, result: Any) -> tuple:
    """(status and result as they can be told, the error that says what is left out or None)."""
    if result is None:
        return {"status": status, "result": {}}, None
    try:
        if not isinstance(result, dict):
            raise ValueError("not an object")
        canonicalize(result)
        return {"status": status, "result": result}, None
    except (ValueError, RecursionError):
        why = "the effect has run and is reported without its result, which is no JSON object that can be sent"
        return {"status": status, "result": {}}, CountersignError("unreportable_result", why)


def _deliver(client: Client, id_of_action: str, report: dict) -> tuple:
    """Delivers a report whole, or at least its status. (document or None, error or None); raises nothing of its own."""
    try:
        document = client.outcome(id_of_action, report["status"], report["result"])
        client._unreported.pop(id_of_action, None)
        return document, None
    except CountersignError as error:
        whole = error
    if (whole.problem or {}).get("status") in REFUSED_STATUS:
        try:
            document = client._report(id_of_action, {"status": report["status"]})
            client._unreported.pop(id_of_action, None)
            return document, whole
        except CountersignError:
            pass
    if len(client._unreported) < MOST_UNREPORTED:
        client._unreported[id_of_action] = report
    return None, whole


def _told(action: dict, report: dict, fault: Optional[CountersignError], client: Client, ran: bool) -> dict:
    document, error = _deliver(client, action["action_id"], report)
    return {**(document or action), "ran": ran, "effect": report, "report_error": error or fault}


def _ran_before(client: Client, action: dict) -> dict:
    """An action that an earlier call with the same key took up: reports what that call could not, and runs nothing."""
    kept = client._unreported.get(action["action_id"])
    if kept is not None:
        return _told(action, kept, None, client, ran=False)
    outcome = action.get("outcome")
    if outcome is None:
        why = "this action was released before and no outcome is recorded: its effect may have happened and is not run again"
        raise CountersignError("already_consumed", f"{why}; find out, and report it with Client.outcome")
    return {**action, "ran": False, "effect": outcome, "report_error": None}


def guard(
    client: Client,
    tenant: str,
    proposal: dict,
    idempotency_key: str,
    run: Callable[[dict], Optional[dict]],
    timeout_s: float = 3600,
    preconditions_now: Optional[Callable[[], dict]] = None,
    issuer: Optional[str] = None,
    audience: str = DEFAULT_AUDIENCE,
) -> dict:
    """Proposes, waits, verifies, redeems, and only then calls `run(parameters)`; reports its result. Never runs otherwise.

    What runs is compared with what was approved by its digest, computed here when the approval has arrived; the token is
    verified offline too where `cryptography` is installed. preconditions_now reads the facts of the preconditions from the
    world and is needed where the proposal has some; issuer is the public address of approval, as in the token.

    Answers with the action document and three more members: `effect` (`status`, `result`), `ran` (False: it had run
    before, under the same key, and was not run again) and `report_error` (None, or the CountersignError that kept the
    outcome, or with `unreportable_result` only the result, from the record). Raises CountersignError, and nothing else,
    when this call ran nothing (`already_consumed`: an earlier one may have), and whatever `run` raises after reporting it
    as `failed` (a CountersignError of its own as the cause of a RuntimeError).
    """
    try:
        action, parameters = _released(client, tenant, proposal, idempotency_key, timeout_s, preconditions_now, issuer, audience)
        if parameters is None:
            return _ran_before(client, action)
    except CountersignError:
        raise
    except Exception as fault:
        raise CountersignError("wrong_use", f"nothing has run: {type(fault).__name__}: {fault}") from fault
    try:
        result = run(parameters)
    except BaseException as failed:
        _deliver(client, action["action_id"], {"status": "failed", "result": {"error": type(failed).__name__}})
        if isinstance(failed, CountersignError):
            raise RuntimeError(f"the effect failed: {failed}") from failed
        raise
    report, fault = _report_of("executed", result)
    return _told(action, report, fault, client, ran=True)


def _released(
    client: Client,
    tenant: str,
    proposal: dict,
    idempotency_key: str,
    timeout_s: float,
    preconditions_now: Optional[Callable[[], dict]],
    issuer: Optional[str],
    audience: str,
) -> tuple:
    """(action, the parameters that may run now); None in their place where an earlier call ran them."""
    if proposal.get("preconditions") and preconditions_now is None:
        raise CountersignError("wrong_use", "an action with preconditions needs preconditions_now, which reads them again")
    proposed = client.propose(proposal, idempotency_key)
    action = client.wait(proposed["action_id"], timeout_s)
    grant = action.get("grant") or {}
    if action["status"] == "approved" and grant.get("status") == "consumed":
        return action, None
    token = grant.get("token")
    if action["status"] != "approved" or not token:
        raise CountersignError("not_approved", f"the action is {action['status']}")
    digest = action_digest(tenant, proposal)
    if digest != action["effective"]["digest"]:
        raise CountersignError("action_digest_mismatch", "what is about to run is not what was approved")
    parameters = json.loads(canonicalize(proposal["parameters"]))
    if _can_verify():
        verify_token(token, tenant, proposal, client.keys(), issuer, audience)
    seen = preconditions_now() if proposal.get("preconditions") and preconditions_now else None
    client.redeem(token, digest, proposal["environment"], seen)
    return action, parameters
