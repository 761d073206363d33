package app.xunge.field

import android.Manifest
import android.app.Activity
import app.tauri.annotation.Permission
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Plugin

/** Names the permission to read where a chosen photo was taken; the base class asks for it. Rust decides when. */
@TauriPlugin(
  permissions = [
    Permission(strings = [Manifest.permission.ACCESS_MEDIA_LOCATION], alias = "mediaLocation"),
  ],
)
class MediaLocationPlugin(
  activity: Activity,
) : Plugin(activity)
