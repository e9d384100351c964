namespace CM.Runtime;

/// <summary>Torch's names of number types, and what safetensors calls them.</summary>
internal static class TorchTypes
{
    /// <summary>The type in a storage of a class such as <c>torch.FloatStorage</c>; null where there is no such class.</summary>
    public static string? OfStorage(string name) => name switch
    {
        "torch.DoubleStorage" => "F64",
        "torch.FloatStorage" => "F32",
        "torch.HalfStorage" => "F16",
        "torch.BFloat16Storage" => "BF16",
        "torch.LongStorage" => "I64",
        "torch.IntStorage" => "I32",
        "torch.ShortStorage" => "I16",
        "torch.CharStorage" => "I8",
        "torch.ByteStorage" or "torch.storage.UntypedStorage" => "U8",
        "torch.BoolStorage" => "BOOL",
        _ => null,
    };

    /// <summary>The type called, for instance, <c>torch.float32</c>; null where there is none.</summary>
    public static string? OfNumber(string name) => name switch
    {
        "torch.float64" => "F64",
        "torch.float32" => "F32",
        "torch.float16" => "F16",
        "torch.bfloat16" => "BF16",
        "torch.int64" => "I64",
        "torch.int32" => "I32",
        "torch.int16" => "I16",
        "torch.int8" => "I8",
        "torch.uint8" => "U8",
        "torch.bool" => "BOOL",
        _ => null,
    };
}
