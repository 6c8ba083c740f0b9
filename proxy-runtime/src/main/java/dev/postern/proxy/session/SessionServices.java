package dev.postern.proxy.session;

import dev.postern.proxy.backend.BackendLogins;
import dev.postern.proxy.plugin.PluginSource;
import dev.postern.proxy.pool.Pools;
import dev.postern.proxy.relay.RelaySettings;
import dev.postern.proxy.scram.MockVerifiers;
import java.time.Duration;
import java.time.InstantSource;

/**
 * What all sessions share.
 *
 * @param loginTimeout for everything from the connection to the relay
 * @param plugins decide about each session
 * @param mocks stand in for the verifiers of unknown users
 * @param expiredTimeout for the transaction of a session whose login has expired
 */
public record SessionServices(
    LoginThreads loginThreads,
    PluginSource plugins,
    BackendLogins logins,
    Pools pools,
    MockVerifiers mocks,
    SessionRegistry registry,
    CancelRequests cancels,
    FailedLogins failedLogins,
    IdleSweep idleSweep,
    RelaySettings relaySettings,
    Duration loginTimeout,
    Duration expiredTimeout,
    InstantSource clock) {}
