package dev.postern.it;

import dev.postern.plugins.audit.AuditFactory;
import dev.postern.plugins.limits.LimitsFactory;
import dev.postern.plugins.mask.MaskFactory;
import dev.postern.plugins.querylog.QueryLogFactory;
import dev.postern.plugins.recorder.RecorderFactory;
import dev.postern.testkit.conformance.InterceptorConformance;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What the test kit asks of everybody's interceptor, asked of ours. */
final class BundledInterceptorsConformIT {
  @TempDir static Path files;

  @TestFactory
  Stream<DynamicNode> queryLog() throws Exception {
    return InterceptorConformance.of(
            new QueryLogFactory(), Map.of("file", files.resolve("queries.jsonl").toString()))
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(QueryLogFactory.class, files))
        .tests();
  }

  @TestFactory
  Stream<DynamicNode> recorder() throws Exception {
    return InterceptorConformance.of(
            new RecorderFactory(), Map.of("directory", files.resolve("recordings").toString()))
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(RecorderFactory.class, files))
        .tests();
  }

  @TestFactory
  Stream<DynamicNode> audit() throws Exception {
    return InterceptorConformance.of(
            new AuditFactory(), Map.of("directory", files.resolve("audit").toString()))
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(AuditFactory.class, files))
        .tests();
  }

  @TestFactory
  Stream<DynamicNode> limits() throws Exception {
    Map<String, Object> limit =
        Map.of(
            "name",
            "ample",
            "by",
            List.of("user", "fingerprint"),
            "statements",
            Map.of("rate", 100_000, "burst", 1_000_000),
            "rows",
            Map.of("rate", 100_000_000),
            "result-bytes",
            Map.of("rate", "100GiB"),
            "sent-bytes",
            Map.of("rate", "100GiB"),
            "concurrent",
            1000);
    return InterceptorConformance.of(new LimitsFactory(), Map.of("limits", List.of(limit)))
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(LimitsFactory.class, files))
        .tests();
  }

  @TestFactory
  Stream<DynamicNode> mask() throws Exception {
    String reader = "mask_reader_of_conformance";
    Gateways.server().createRole(reader, Gateways.PASSWORD);
    Gateways.server()
        .execute("CREATE TABLE IF NOT EXISTS public.masked_of_conformance (secret text)");
    Map<String, Object> config =
        Map.of(
            "catalog",
            Map.of("user", reader, "password", Map.of("file", secret().toString())),
            "policies",
            List.of(
                Map.of(
                    "name",
                    "everybody",
                    "columns",
                    List.of(
                        Map.of(
                            "table",
                            "public.masked_of_conformance",
                            "column",
                            "secret",
                            "with",
                            "nulled")))));
    return InterceptorConformance.of(new MaskFactory(), config)
        .server(Gateways.server())
        .jar(BundledPlugins.shipped(MaskFactory.class, files))
        .tests();
  }

  private static Path secret() throws IOException {
    Path file = files.resolve("reader.password");
    Files.writeString(file, Gateways.PASSWORD);
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
