using TorchSharp;
using static TorchSharp.torch;

namespace CM.Runtime;

/// <summary>Changes of an image's size, called by generated networks.</summary>
public static class Images
{
    /// <summary>Repeats every pixel: [B, C, H, W] to [B, C, factor·H, factor·W].</summary>
    public static Tensor Upsample(Tensor images, int factor) =>
        nn.functional.interpolate(images, size: [factor * images.shape[2], factor * images.shape[3]]);

    /// <summary>Keeps every factor-th pixel of every factor-th row: [B, C, H, W] to [B, C, ⌈H/factor⌉, ⌈W/factor⌉].</summary>
    public static Tensor Downsample(Tensor images, int factor)
    {
        using var rows = images.slice(2, 0, images.shape[2], factor);
        return rows.slice(3, 0, images.shape[3], factor);
    }
}
