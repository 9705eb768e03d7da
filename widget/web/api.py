"""The calculator over HTTP: parse, call `preview`, answer. Stateless and public (preview-api.md)."""

from dataclasses import asdict
from datetime import date
from typing import Any

from pydantic import ValidationError
from pydantic_core import to_json
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from widget.domain.change import ChangePreview, preview
from widget.domain.lines import Direction, LineChange
from widget.domain.money import decimal_string
from widget.domain.plan import Interval, Level, PriceBook
from widget.domain.policy import Policy
from widget.domain.refusal import Refusal, Rule
from widget.domain.subscription import SINCE_EVER, Step, Subscription
from widget.languages import Language
from widget.services.limits import Limit
from widget.web import remembered
from widget.web.api_body import NotJsonError, parse
from widget.web.api_errors import Said, contradictions, from_validation
from widget.web.api_models import DayAsked, Question, SubscriptionFacts
from widget.web.body import read_body
from widget.web.context import Context, accepted_language, context_of
from widget.web.limits import limited
from widget.web.problem import FieldError, problem, wrong_names
from widget.wording import explanations, refusal_text, rule_text


async def answer_preview(request: Request) -> Response:
    """Answer `POST /widget/api/v1/preview`."""
    limited(request, Limit.CALCULATE)
    context, language = context_of(request), accepted_language(request)
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return problem(415, language)
    body = await read_body(request)
    if body is None:
        return problem(413, language)
    asked = remembered.Question(body, language.code, context.today())
    answered = context.remembered.get(asked) or _answered(body, context, language)
    if isinstance(answered, Response):
        return answered
    context.remembered.keep(asked, answered)
    return Response(answered.body, media_type="application/json", headers={"Content-Language": answered.language})


def _answered(body: bytes, context: Context, language: Language) -> remembered.Answer | Response:
    """Return the preview that a body asks for, or the problem with it."""
    try:
        sent, twice = parse(body)
    except NotJsonError:
        return problem(400, language)
    if isinstance(sent, dict) and isinstance(code := sent.get("language"), str) and code in context.languages:
        language = context.languages[code]
    errors = [FieldError(name, "given_twice", {}) for name in twice]
    question = None
    try:
        question = Question.model_validate(sent)
    except ValidationError as error:
        errors += from_validation(error)
    errors += contradictions(Said(sent, {each.field for each in errors}), context.today(), context.terms)
    if errors or question is None:
        return problem(422, language, errors=errors)
    on = question.on or context.today()
    wish = Level(question.requested.plan, question.requested.users, question.requested.zoom_licenses)
    result = preview(_subscription(question.subscription), wish, on=on, terms=context.terms)
    return remembered.Answer(to_json(as_json(result, context, language)), language.code)


async def answer_price_book(request: Request) -> Response:
    """Answer `GET /widget/api/v1/price-book`, for today or the day `?on=`."""
    context, language = context_of(request), accepted_language(request)
    if wrong := wrong_names(request.query_params, ("on",)):
        return problem(422, language, errors=wrong)
    asked = request.query_params.get("on")
    try:
        on = context.today() if asked is None else DayAsked.model_validate({"on": asked}).on
    except ValidationError as error:
        return problem(422, language, errors=from_validation(error))
    return JSONResponse(_price_book(context.terms.price_book(on), on))


async def answer_policy(request: Request) -> Response:
    """Answer `GET /widget/api/v1/policy`: every figure by name, and the rules with their articles."""
    context = context_of(request)
    if wrong := wrong_names(request.query_params, ()):
        return problem(422, accepted_language(request), errors=wrong)
    policy = context.terms.policy(context.today())
    rules = [
        {
            "id": rule,
            "text": {code: rule_text(rule, policy, language) for code, language in context.languages.items()},
            "article": {code: context.articles.rule(rule, code) for code in context.languages},
        }
        for rule in Rule
    ]
    return JSONResponse({**_figures(policy), "rules": rules})


def _figures(policy: Policy) -> dict[str, Any]:
    figures = asdict(policy) | {"valid_from": policy.valid_from.isoformat()}
    figures["vat"]["rate"] = decimal_string(policy.vat.rate)
    for name in ("capital", "recovery_fee"):
        figures["seller"][name] = decimal_string(figures["seller"][name])
    return figures


def _subscription(facts: SubscriptionFacts) -> Subscription:
    in_use = Level(facts.plan, facts.users, facts.zoom_licenses)
    steps = [Step(step.from_, Level(step.plan, step.users, step.zoom_licenses)) for step in facts.billed or []]
    return Subscription(
        interval=Interval(facts.interval),
        term_start=facts.term_start,
        in_use=in_use,
        billed=tuple(steps) or (Step(SINCE_EVER, in_use),),
        active_users=facts.active_users,
        pending_invitations=facts.pending_invitations,
        locked=facts.locked,
    )


def _priced_from(line: LineChange, on: date) -> date | None:
    """Return the day of the contract: a line that goes down always has one, `on` where it was never billed higher."""
    return line.priced_from or (on if line.direction is Direction.DOWN else None)


def as_json(result: ChangePreview, context: Context, language: Language) -> dict[str, Any]:
    """Return a preview as preview-api.md writes it: days as days, names as plain text, which pydantic writes fast."""
    currency = result.price_book.currency
    return {
        "direction": str(result.direction),
        "allowed": result.allowed,
        "blockers": [_refusal(each, result, context, language) for each in result.blockers],
        "warnings": [_refusal(each, result, context, language) for each in result.warnings],
        "lines": [
            {
                "item": line.item,
                "from": line.before,
                "to": line.after,
                "direction": str(line.direction),
                "usable_from": line.usable_from,
                "priced_from": _priced_from(line, result.on),
                "rules": [str(rule) for rule in line.rules],
            }
            for line in result.lines
        ],
        "fees": [
            {
                "from": period.starts_on,
                "to": period.ends_on,
                "plan": period.level.plan,
                "users": period.level.users,
                "zoom_licenses": period.level.zoom_licenses,
                "amount": decimal_string(period.amount),
                "currency": currency,
                "per": str(result.subscription.interval),
            }
            for period in result.fees
        ],
        "invoices": [
            {
                "reason": str(invoice.rule),
                "from": invoice.starts_on,
                "to": invoice.ends_on,
                "months": invoice.months,
                "amount": decimal_string(invoice.amount),
                "currency": currency,
            }
            for invoice in result.invoices
        ],
        "renewal_date": result.renewal_date,
        "notice_deadline": result.notice_deadline,
        "notice_in_time": result.notice_in_time,
        "last_day_to_order": result.last_day_to_order,
        "versions": {"price_book": result.price_book.version, "policy": result.policy.version},
        "explanations": [
            {
                "rule": str(rule),
                "text": text,
                "article": context.articles.rule(rule, language.code),
            }
            for rule, text in explanations(result, language).items()
        ],
    }


def _refusal(refusal: Refusal, result: ChangePreview, context: Context, language: Language) -> dict[str, Any]:
    return {
        "rule": str(refusal.rule),
        "facts": dict(refusal.facts),
        "text": refusal_text(refusal, result, language),
        "article": context.articles.rule(refusal.rule, language.code),
    }


def _price_book(book: PriceBook, on: date) -> dict[str, Any]:
    return {
        "version": book.version,
        "on": on.isoformat(),
        "currency": book.currency,
        "sample_data": book.sample_data,
        "plans": [
            {
                "id": plan.id,
                "rank": plan.rank,
                "name": dict(plan.name),
                "min_users": plan.min_users,
                "max_users": plan.max_users,
                "max_zoom_licenses": plan.max_zoom_licenses,
                "prices": {
                    interval: {
                        "user": decimal_string(prices.user),
                        "zoom_license": decimal_string(prices.zoom_license),
                    }
                    for interval, prices in plan.prices.items()
                },
            }
            for plan in book.plans
        ],
    }
