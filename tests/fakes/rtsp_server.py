"""A network camera on loopback, GStreamer's RTSP server, run by the distribution's Python: it prints its port.

`rtsp_server.py PORT CODEC WIDTHxHEIGHT FPS`, CODEC h264 or h265, PORT 0 for any. The first line that it reads is
USER:PASSWORD or empty. Then it obeys: `size WIDTHxHEIGHT` changes the stream's resolution, `corrupt P` destroys each
byte of the video with probability P.
"""

import sys
from typing import Any

import gi

HARM = "breakmydata name=harm skip=2000 probability=0"
ENCODERS = {
    "h264": f"x264enc tune=zerolatency speed-preset=ultrafast key-int-max=%s bitrate=2000 ! {HARM} ! rtph264pay",
    "h265": f"x265enc tune=zerolatency speed-preset=ultrafast key-int-max=%s ! {HARM} ! rtph265pay",
}


def main(port: str, codec: str, size: str, fps: str) -> None:
    """Serve until the input ends."""
    for name in ("Gst", "GstRtsp", "GstRtspServer"):
        gi.require_version(name, "1.0")
    from gi.repository import GLib, Gst, GstRtsp, GstRtspServer

    Gst.init(None)
    secret = sys.stdin.readline().strip()
    server = GstRtspServer.RTSPServer()
    server.set_service(port)
    server.set_address("127.0.0.1")
    factory = GstRtspServer.RTSPMediaFactory()
    source = f"videotestsrc is-live=true pattern=ball ! capsfilter name=size caps={_caps(size, fps)}"
    factory.set_launch(f"( {source} ! {ENCODERS[codec] % fps} name=pay0 pt=96 config-interval=1 )")
    factory.set_shared(True)
    media: list[Any] = []
    factory.connect("media-configure", lambda _, one: media.append(one.get_element()))
    if secret:
        _protect(GstRtsp, GstRtspServer, server, factory, secret)
    server.get_mount_points().add_factory("/cam", factory)
    server.attach(None)

    def obey(stream: Any, _: Any) -> bool:
        words = stream.readline().split()
        if not words:
            sys.exit(0)
        for element in media[-1:]:
            if words[0] == "size":
                element.get_by_name("size").set_property("caps", Gst.Caps.from_string(_caps(words[1], fps)))
            else:
                element.get_by_name("harm").set_property("probability", float(words[1]))
        return True

    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.IN | GLib.IOCondition.HUP, obey)
    print(server.get_bound_port(), flush=True)
    GLib.MainLoop().run()


def _caps(size: str, fps: str) -> str:
    width, _, height = size.partition("x")
    return f"video/x-raw,width={width},height={height},framerate={fps}/1"


def _protect(rtsp: Any, rtsp_server: Any, server: Any, factory: Any, secret: str) -> None:
    """Ask for a user and a password by digest (RFC 2617), as cameras do."""
    user, _, password = secret.partition(":")
    auth = rtsp_server.RTSPAuth()
    auth.set_supported_methods(rtsp.RTSPAuthMethod.DIGEST)
    token = rtsp_server.RTSPToken()
    token.set_string(rtsp_server.RTSP_TOKEN_MEDIA_FACTORY_ROLE, "viewer")
    auth.add_digest(user, password, token)
    permissions = rtsp_server.RTSPPermissions()
    permissions.add_permission_for_role("viewer", rtsp_server.RTSP_PERM_MEDIA_FACTORY_ACCESS, True)
    permissions.add_permission_for_role("viewer", rtsp_server.RTSP_PERM_MEDIA_FACTORY_CONSTRUCT, True)
    factory.set_permissions(permissions)
    server.set_auth(auth)


if __name__ == "__main__":
    main(*sys.argv[1:])
