package dev.postern.plugins.oauth;

import dev.postern.api.auth.settings.ChainSettings;
import dev.postern.api.session.ClientInfo;
import dev.postern.api.session.StartupParameters;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which clients are asked for a password, and give the token as that. Any that is named here is.
 *
 * @param always whether all are; {@code null}: no
 * @param ports those that connect to these ports of Postern
 * @param users those with these names, as patterns
 * @param applications those that say these values of {@code application_name}, as patterns
 */
public record PasswordConfig(
    @Nullable Boolean always,
    @Nullable List<Integer> ports,
    @Nullable List<String> users,
    @Nullable List<String> applications) {
  public PasswordConfig {
    ports = ports == null ? null : List.copyOf(ports);
    users = users == null ? null : List.copyOf(users);
    applications = applications == null ? null : List.copyOf(applications);
  }

  boolean isFor(ClientInfo client, StartupParameters startup) {
    String application = startup.applicationName();
    return (always != null && always)
        || (ports != null && ports.contains(client.listener().getPort()))
        || (users != null && ChainSettings.any(users, startup.user()))
        || (applications != null
            && application != null
            && ChainSettings.any(applications, application));
  }
}
