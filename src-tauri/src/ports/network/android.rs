//! Android's `ConnectivityManager`, through `NetworkPlugin.kt`.

use std::sync::{Arc, Mutex, PoisonError};

use device::ports::{Network, NetworkSense};
use device::view::NetworkKind;
use serde::{Deserialize, Serialize};
use tauri::ipc::{Channel, InvokeResponseBody};
use tauri::plugin::mobile::PluginInvokeError;
use tauri::plugin::{PluginApi, PluginHandle};
use tauri::{AppHandle, Manager as _, Wry};

use crate::phone::Phone;

/// What `NetworkPlugin.kt` answers.
#[derive(Debug, Clone, Copy, Deserialize)]
struct Answer {
    transport: Transport,
    metered: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Transport {
    Wifi,
    Mobile,
    None,
    Unknown,
}

impl From<Answer> for Network {
    fn from(answer: Answer) -> Self {
        match answer.transport {
            Transport::Wifi => Self {
                kind: NetworkKind::Wifi,
                metered: answer.metered,
            },
            Transport::Mobile => Self {
                kind: NetworkKind::Mobile,
                metered: answer.metered,
            },
            Transport::None => Self::NONE,
            Transport::Unknown => Self::UNKNOWN,
        }
    }
}

/// The last network the system spoke of.
#[derive(Clone)]
struct Latest(Arc<Mutex<Network>>);

impl Latest {
    fn set(&self, network: Network) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = network;
    }
}

impl NetworkSense for Latest {
    fn network(&self) -> Network {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Serialize)]
struct Watch {
    channel: Channel,
}

/// Registers the Kotlin class and follows what it says.
pub(super) fn register(app: &AppHandle, api: PluginApi<Wry, ()>) -> Result<(), PluginInvokeError> {
    let latest = Latest(Arc::new(Mutex::new(Network::UNKNOWN)));
    app.manage(latest.clone());
    let kotlin = api.register_android_plugin("app.xunge.field", "NetworkPlugin")?;
    latest.set(kotlin.run_mobile_plugin::<Answer>("read", ())?.into());
    watch(&kotlin, app.clone(), latest)
}

fn watch(kotlin: &PluginHandle<Wry>, app: AppHandle, latest: Latest) -> Result<(), PluginInvokeError> {
    let channel = Channel::new(move |body| {
        // An answer that cannot be read counts as an unknown network, which is metered.
        let network = match body {
            InvokeResponseBody::Json(text) => {
                serde_json::from_str::<Answer>(&text).map_or(Network::UNKNOWN, Network::from)
            }
            InvokeResponseBody::Raw(_) => Network::UNKNOWN,
        };
        latest.set(network);
        // The first answers may come before the device is open.
        if let Some(phone) = app.try_state::<Phone>()
            && let Some(device) = phone.lock().held()
        {
            device.network_changed();
        }
        Ok(())
    });
    kotlin.run_mobile_plugin::<()>("watch", Watch { channel })
}

/// The network that [`register`] follows.
pub(super) fn sense(app: &AppHandle) -> Arc<dyn NetworkSense> {
    Arc::new(app.state::<Latest>().inner().clone())
}
