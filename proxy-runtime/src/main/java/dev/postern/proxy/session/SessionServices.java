package dev.postern.proxy.session;

import dev.postern.api.auth.Authenticator;
import dev.postern.api.routing.Router;
import dev.postern.proxy.backend.BackendLogins;
import dev.postern.proxy.plugin.NamedInterceptor;
import dev.postern.proxy.pool.Pools;
import dev.postern.proxy.relay.RelaySettings;
import dev.postern.proxy.scram.MockVerifiers;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

/**
 * What all sessions share.
 *
 * @param loginTimeout for everything from the connection to the relay
 * @param interceptors in the configuration's order
 * @param mocks stand in for the verifiers of unknown users
 */
public record SessionServices(
    LoginThreads loginThreads,
    Authenticator authenticator,
    Router router,
    List<NamedInterceptor> interceptors,
    BackendLogins logins,
    Pools pools,
    MockVerifiers mocks,
    SessionRegistry registry,
    CancelRequests cancels,
    FailedLogins failedLogins,
    IdleSweep idleSweep,
    RelaySettings relaySettings,
    Duration loginTimeout,
    InstantSource clock) {}
