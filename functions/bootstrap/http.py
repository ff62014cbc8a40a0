"""Makes the edge of HTTP, which finds out who is calling, and limits how often."""

import os
from typing import TYPE_CHECKING

from bootstrap.administration import AdministrationParts
from bootstrap.parts import part
from core.deployment import WEB_THREADS
from core.settings import AppCheck

if TYPE_CHECKING:
    from controllers.generations.waiting import Waits
    from controllers.http.addresses import AddressReader
    from controllers.http.auth import Authenticator
    from controllers.http.boundary import HttpBoundary, Render
    from controllers.http.private import PrivateDoor
    from controllers.http.throttle import Throttle


class HttpParts(AdministrationParts):
    @part
    def boundary(self) -> "HttpBoundary":
        from controllers.http.boundary import HttpBoundary

        return HttpBoundary(self.settings.cors_allowed_origins)

    @part
    def render_problem(self) -> "Render":
        from controllers.http.api import problem_renderer

        return problem_renderer(self.settings.public_url)

    @part
    def private(self) -> "PrivateDoor":
        from controllers.http.private import PrivateDoor, TrustedCaller, refusals

        settings = self.settings
        schedule = settings.schedule_url(os.environ.get("K_SERVICE", ""))
        return PrivateDoor(
            None if settings.on_emulator else self.later(lambda: self.service_tokens),
            self.task_signatures,
            refusals(self.boundary, self.render_problem),
            queue=TrustedCaller(account=settings.worker_service_account, audience=settings.worker_url),
            scheduler=TrustedCaller(account=settings.scheduler_service_account, audience=schedule),
            clock=self.clock,
        )

    @part
    def authenticator(self) -> "Authenticator":
        from controllers.http.auth import Authenticator

        settings = self.settings
        return Authenticator(
            mode=settings.auth_mode,
            tokens=self.later(lambda: self.tokens),
            access=self.access,
            app_check=self.later(lambda: self.app_check) if settings.app_check is AppCheck.REQUIRED else None,
            throttle=self.throttle,
            addresses=self.addresses,
        )

    @part
    def addresses(self) -> "AddressReader":
        from controllers.http.addresses import AddressReader

        settings = self.settings
        return AddressReader(settings.trusted_proxies, is_behind_front_end=not settings.on_emulator)

    @part
    def throttle(self) -> "Throttle":
        from controllers.http.throttle import Throttle
        from core.rates import Rate

        settings = self.settings
        return Throttle(
            per_caller=Rate(per_minute=settings.requests_per_minute, burst=settings.requests_burst),
            per_address=Rate(per_minute=settings.address_requests_per_minute, burst=settings.address_requests_burst),
            clock=self.clock,
        )

    @part
    def waits(self) -> "Waits":
        from controllers.generations.waiting import Waits

        return Waits(threads=int(os.environ.get("THREADS") or WEB_THREADS))
