package dev.postern.proxy.session;

import dev.postern.api.auth.AuthenticatedUser;
import dev.postern.api.session.ClientInfo;
import dev.postern.proxy.frontend.Opening;
import dev.postern.proxy.plugin.Decision;
import dev.postern.proxy.plugin.PluginSet;
import dev.postern.proxy.session.SessionRegistry.Place;

/**
 * A login that has been let in and knows where it goes.
 *
 * @param plugins that decide about it, left when its session has ended
 * @param place released then
 */
record Admitted(
    ClientInfo info,
    Opening.Login login,
    AuthenticatedUser user,
    Decision decision,
    PluginSet plugins,
    Place place) {}
