package app.xunge.field

import android.app.Activity
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.util.Base64
import app.tauri.annotation.Command
import app.tauri.annotation.InvokeArg
import app.tauri.annotation.TauriPlugin
import app.tauri.plugin.Invoke
import app.tauri.plugin.JSObject
import app.tauri.plugin.Plugin
import java.security.GeneralSecurityException
import java.security.KeyStore
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

@InvokeArg
class BytesArgs {
  lateinit var bytes: String
}

/** Wraps a few bytes with a key that never leaves Android's Keystore. Rust decides what and when. */
@TauriPlugin
class KeyStorePlugin(
  activity: Activity,
) : Plugin(activity) {
  private val store = KeyStore.getInstance(PROVIDER).apply { load(null) }

  /** Encrypts; makes the key when there is none. The random start stands before the result. */
  @Command
  fun wrap(invoke: Invoke) =
    answer(invoke) { plain ->
      val cipher = Cipher.getInstance(CIPHER)
      cipher.init(Cipher.ENCRYPT_MODE, key() ?: newKey())
      cipher.iv + cipher.doFinal(plain)
    }

  /** Decrypts what [wrap] gave; fails when the key is gone. */
  @Command
  fun unwrap(invoke: Invoke) =
    answer(invoke) { wrapped ->
      val cipher = Cipher.getInstance(CIPHER)
      val key = key() ?: throw GeneralSecurityException("the key is gone")
      cipher.init(Cipher.DECRYPT_MODE, key, GCMParameterSpec(TAG_BITS, wrapped, 0, IV_BYTES))
      cipher.doFinal(wrapped, IV_BYTES, wrapped.size - IV_BYTES)
    }

  /** Destroys the key. */
  @Command
  fun destroy(invoke: Invoke) {
    store.deleteEntry(ALIAS)
    invoke.resolve()
  }

  private fun answer(
    invoke: Invoke,
    work: (ByteArray) -> ByteArray,
  ) {
    try {
      val made = work(Base64.decode(invoke.parseArgs(BytesArgs::class.java).bytes, Base64.NO_WRAP))
      invoke.resolve(JSObject().apply { put("bytes", Base64.encodeToString(made, Base64.NO_WRAP)) })
    } catch (fault: GeneralSecurityException) {
      invoke.reject(fault.javaClass.simpleName)
    } catch (fault: IllegalArgumentException) {
      invoke.reject(fault.javaClass.simpleName)
    }
  }

  private fun key(): SecretKey? = store.getKey(ALIAS, null) as SecretKey?

  private fun newKey(): SecretKey {
    val purposes = KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT
    val spec =
      KeyGenParameterSpec
        .Builder(ALIAS, purposes)
        .setBlockModes(KeyProperties.BLOCK_MODE_GCM)
        .setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
        .setKeySize(KEY_BITS)
        .build()
    return KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER).apply { init(spec) }.generateKey()
  }

  private companion object {
    const val PROVIDER = "AndroidKeyStore"
    const val ALIAS = "xunge-data-key"
    const val CIPHER = "AES/GCM/NoPadding"
    const val KEY_BITS = 256
    const val TAG_BITS = 128
    const val IV_BYTES = 12
  }
}
