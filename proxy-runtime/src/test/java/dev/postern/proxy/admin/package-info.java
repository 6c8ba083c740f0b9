@NullMarked
package dev.postern.proxy.admin;

import org.jspecify.annotations.NullMarked;
