"""Cameras and the model that looks at their pictures."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from config.section import Name, Point, Section, setting

Polygon = Annotated[tuple[Point, ...], Field(min_length=3, strict=False)]


class Camera(Section):
    """One camera."""

    device: str = setting(
        ...,
        "Where pictures come from: rtsp://host/path, v4l2:/dev/video0, picamera:0, nvargus:0, file:CLIP, images:DIR.",
        pattern=r"^[a-z0-9]+:",
    )
    secret: str | None = setting(
        None,
        "File with USER:PASSWORD of an rtsp camera (mode 600), or credential:NAME; never write them into `device`.",
    )
    decode: Literal["all", "keys"] = setting(
        "all", "What is decoded of an rtsp stream: keys is a fraction of the work, at the camera's key frame rate."
    )
    model: Name = setting("ssd_mobilenet_v1_coco_quant", "The person model, by its name in `passerby models list`.")
    fps: float = setting(10.0, "Pictures looked at per second, at most.", unit="1/s", gt=0, le=60)
    masks: Annotated[tuple[Polygon, ...], Field(strict=False)] = setting(
        (), "Private regions, blacked out before anything looks at the picture: lists of points."
    )

    @model_validator(mode="after")
    def _secrets_are_elsewhere(self) -> Self:
        scheme, _, rest = self.device.partition(":")
        if scheme not in ("rtsp", "rtsps"):
            if self.secret is not None:
                raise ValueError("a secret is for rtsp cameras only")
        elif "@" in rest:
            raise ValueError(
                "`device` is shown and holds a password: put USER:PASSWORD into a file, its path in `secret`"
            )
        return self


class Models(Section):
    """The models on this box."""

    directory: str | None = setting(
        None, "Where models are installed; $PASSERBY_MODELS or the state directory when absent."
    )
    accelerator: str = setting(
        "cpu", "What runs the models: cpu, edgetpu, edgetpu:usb or edgetpu:pci.", pattern=r"^[a-z]+(:[a-z0-9]+)?$"
    )
    threads: int = setting(0, "Threads of the interpreter; 0 picks the number by a short self-test.", ge=0, le=16)
