namespace CM.Runtime;

/// <summary>By which rules images become bytes and covariances are divided; numbers under different rules must not be compared.</summary>
/// <param name="Name">Name by the user.</param>
/// <param name="Rule">Rule by which images become bytes.</param>
/// <param name="Unbiased">Whether covariances are divided by n − 1 instead of by n.</param>
internal sealed record Protocol(string Name, ByteRule Rule, bool Unbiased)
{
    private static readonly Protocol[] All =
    [
        new("stylegan", ByteRule.StyleGan, Unbiased: false),
        new("torchmetrics", ByteRule.TorchMetrics, Unbiased: true),
        new("gc", ByteRule.BatchRange, Unbiased: true),
    ];

    /// <summary>Finds a protocol.</summary>
    /// <exception cref="UserError">There is none of this name.</exception>
    public static Protocol Find(string name) =>
        All.FirstOrDefault(each => each.Name == name)
            ?? throw new UserError($"--protocol {name}: {string.Join(", ", All.Select(each => each.Name))} were expected.");

    /// <summary>Images as whole numbers from 0 to 255 with three channels, float32; grey ones are repeated.</summary>
    /// <param name="images">Images, from −1 to 1, <c>[n, 1 or 3, height, width]</c>.</param>
    public Tensor Bytes(Tensor images)
    {
        var bytes = ImageBytes.Of(images, Rule);
        if (bytes.shape[1] != 1)
            return bytes;
        using (bytes)
            return bytes.repeat(1, 3, 1, 1);
    }
}
