"""Lets half of what schemathesis makes up come further than the door: in the name of somebody with credits, with a real photo, sent or uploaded, with a preference that is understood, or with Stripe's signature."""

import functools
import hashlib
import hmac
import json
import pathlib
import time
import zlib

import requests
import schemathesis

PHOTOS = sorted(pathlib.Path("photos").glob("portrait.*"))
PREFERENCES = ["respond-async", "wait=1", "respond-async, wait=2"]
EVENTS = [
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "charge.refunded",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
    "charge.dispute.closed",
    "refund.created",
    "refund.updated",
    "refund.failed",
]


@functools.cache  # an upload may be drawn from again
def upload(url, photo):
    content_type = "image/" + photo.suffix[1:].replace("jpg", "jpeg")
    place = requests.post(url + "/api/uploads", json={"user_email": "ada@example.com", "content_type": content_type, "size": photo.stat().st_size}, timeout=60).json()
    requests.put(place["url"], data=photo.read_bytes(), headers=place["headers"], timeout=60).raise_for_status()
    return place["upload_id"]


@schemathesis.hook
def before_call(context, case, **kwargs):
    chance = zlib.crc32(repr(case.body).encode())  # the same for the same seed
    if chance % 2:
        return
    if case.operation.label == "POST /api/generate" and isinstance(case.body, dict):
        case.body["user_email"] = "ada@example.com"
        photo = PHOTOS[chance // 2 % len(PHOTOS)]
        if case.media_type == "multipart/form-data":
            case.body["image"] = photo.read_bytes()
        else:
            case.body["upload_id"] = upload(case.operation.base_url.rstrip("/"), photo)
        if chance // 16 % 2:
            case.headers = {**(case.headers or {}), "Prefer": PREFERENCES[chance // 32 % len(PREFERENCES)]}
    if case.operation.label == "POST /api/webhooks/stripe":
        event = {"id": f"evt_{chance}", "object": "event", "type": EVENTS[chance // 2 % len(EVENTS)], "data": {"object": case.body}}
        case.body = json.dumps(event if chance // 16 % 4 else case.body, default=str).encode()
        now = str(int(time.time()))
        signature = hmac.new(b"whsec_local", now.encode() + b"." + case.body, hashlib.sha256).hexdigest()
        case.headers = {**(case.headers or {}), "Stripe-Signature": f"t={now},v1={signature}"}
