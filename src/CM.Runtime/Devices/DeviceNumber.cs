namespace CM.Runtime;

/// <summary>A number that the host decides before each step and work on the device reads there: [], float32.</summary>
internal sealed class DeviceNumber(Device device) : IDisposable
{
    private double? value;

    /// <summary>The number on the device.</summary>
    public Tensor Tensor { get; } = zeros([], ScalarType.Float32, device).DetachFromDisposeScope();

    /// <summary>Writes it, if it is another one than before.</summary>
    public void Set(double number)
    {
        if (number == value)
            return;
        using var _ = no_grad();
        Tensor.fill_(number);
        value = number;
    }

    /// <summary>Frees it.</summary>
    public void Dispose() => Tensor.Dispose();
}
