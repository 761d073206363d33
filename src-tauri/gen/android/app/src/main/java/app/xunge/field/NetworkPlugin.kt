package app.xunge.field

import android.app.Activity
import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import android.webkit.WebView
import androidx.appcompat.app.AppCompatActivity
import app.tauri.annotation.Command
import app.tauri.annotation.InvokeArg
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Channel
import app.tauri.plugin.Invoke
import app.tauri.plugin.JSObject
import app.tauri.plugin.Plugin

@InvokeArg
class WatchArgs {
  lateinit var channel: Channel
}

/** Tells the shell which network the phone is on. Rust decides what may travel over it. */
@TauriPlugin
class NetworkPlugin(
  activity: Activity,
) : Plugin(activity) {
  private val connectivity =
    activity.applicationContext.getSystemService(Context.CONNECTIVITY_SERVICE) as ConnectivityManager

  @Volatile private var listener: Channel? = null

  private val callback =
    object : ConnectivityManager.NetworkCallback() {
      override fun onCapabilitiesChanged(
        network: Network,
        capabilities: NetworkCapabilities,
      ) {
        listener?.send(describe(capabilities))
      }

      override fun onLost(network: Network) {
        listener?.send(describe(null))
      }
    }

  override fun load(webView: WebView) {
    super.load(webView)
    connectivity.registerDefaultNetworkCallback(callback)
  }

  override fun onDestroy(activity: AppCompatActivity) {
    connectivity.unregisterNetworkCallback(callback)
    listener = null
  }

  /** Answers once with the present network. */
  @Command
  fun read(invoke: Invoke) {
    invoke.resolve(describe(connectivity.getNetworkCapabilities(connectivity.activeNetwork)))
  }

  /** Reports every later change on the given channel. */
  @Command
  fun watch(invoke: Invoke) {
    listener = invoke.parseArgs(WatchArgs::class.java).channel
    invoke.resolve()
  }

  private fun describe(capabilities: NetworkCapabilities?): JSObject =
    JSObject().apply {
      put("transport", transportOf(capabilities))
      put("metered", capabilities?.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED) != true)
    }

  private fun transportOf(capabilities: NetworkCapabilities?): String =
    when {
      capabilities == null -> "none"
      capabilities.hasTransport(NetworkCapabilities.TRANSPORT_CELLULAR) -> "mobile"
      capabilities.hasTransport(NetworkCapabilities.TRANSPORT_WIFI) -> "wifi"
      capabilities.hasTransport(NetworkCapabilities.TRANSPORT_ETHERNET) -> "wifi"
      else -> "unknown"
    }
}
