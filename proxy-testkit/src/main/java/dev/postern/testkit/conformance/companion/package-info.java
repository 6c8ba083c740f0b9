/**
 * Plugins that stand beside one under test, in a jar of their own. They know the plugin API only.
 */
@NullMarked
package dev.postern.testkit.conformance.companion;

import org.jspecify.annotations.NullMarked;
