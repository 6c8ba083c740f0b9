/**
 * What every plugin has to hold, as tests that its author runs with one line. {@link
 * dev.postern.testkit.conformance.InterceptorConformance}, {@link
 * dev.postern.testkit.conformance.AuthenticatorConformance} and {@link
 * dev.postern.testkit.conformance.RouterConformance} take a factory and a good configuration and
 * give tests for a {@code @TestFactory} of JUnit.
 */
@NullMarked
package dev.postern.testkit.conformance;

import org.jspecify.annotations.NullMarked;
