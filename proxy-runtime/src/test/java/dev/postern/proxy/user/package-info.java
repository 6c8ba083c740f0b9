@NullMarked
package dev.postern.proxy.user;

import org.jspecify.annotations.NullMarked;
