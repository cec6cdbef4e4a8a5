//! Addresses as they cross.

use super::code::MICROSIP_E_ARG;
use super::types::microsip_addr;
use super::{Fail, Value};
use core::net::{Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

pub(crate) fn from_addr(addr: &microsip_addr, port: u16) -> Option<SocketAddr> {
    let port = if addr.port == 0 { port } else { addr.port };
    match addr.family {
        4 => {
            let [a, b, c, d, ..] = addr.ip;
            Some(SocketAddr::new(Ipv4Addr::new(a, b, c, d).into(), port))
        }
        6 => Some(SocketAddrV6::new(Ipv6Addr::from(addr.ip), port, 0, addr.scope).into()),
        _ => None,
    }
}

pub(crate) fn to_addr(address: SocketAddr) -> microsip_addr {
    let mut ip = [0u8; 16];
    let (family, scope) = match address {
        SocketAddr::V4(v4) => {
            ip.iter_mut().zip(v4.ip().octets()).for_each(|(to, from)| *to = from);
            (4, 0)
        }
        SocketAddr::V6(v6) => {
            ip = v6.ip().octets();
            (6, v6.scope_id())
        }
    };
    microsip_addr { family, port: address.port(), scope, ip }
}

pub(crate) fn needs_addr(addr: &microsip_addr, argument: &'static str) -> Result<SocketAddr, Fail> {
    from_addr(addr, 0).ok_or(Fail::new(
        MICROSIP_E_ARG,
        argument,
        Value::Number(i64::from(addr.family)),
        "(its family): is neither 4 nor 6",
    ))
}
